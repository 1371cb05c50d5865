//! SDP, RTP, G.711, DTMF, prompts and the thread that owns the media sockets.
