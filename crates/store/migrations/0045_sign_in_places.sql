-- From where somebody has signed in is asked at each sign-in.
CREATE INDEX access_log_sign_in ON access_log (shard, who, id) WHERE act = 'sign_in';
