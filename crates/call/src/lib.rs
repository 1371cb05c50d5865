//! Call, leg, bridge: SIP events into the rules' inputs, the rules' effects into SIP and media.
