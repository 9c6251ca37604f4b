DROP TABLE audit_events;
DROP TABLE service_calls;
DROP TABLE sign_ins;
DROP VIEW users_with_access;
DROP TABLE service_access;
DROP TABLE users;
