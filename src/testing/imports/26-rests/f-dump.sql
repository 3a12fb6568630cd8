-- PostgreSQL database dump

SET statement_timeout = 0;

CREATE TABLE spans (trace_id text, span_id text);
INSERT INTO spans VALUES ('7c3e5a1f9b2d4860a1c4e7f20b593d68', '2f6b8d1c4e7a9053');
