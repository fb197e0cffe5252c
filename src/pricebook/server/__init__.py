"""HTTP/1.1 on sockets: processes, the protocol class, the raw-request cache."""
