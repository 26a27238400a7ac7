"""The server: many people, one database, reached by RPC and HTTP on one port.

What happens to a report between its arrival and the tables:

1. `app`        one ASGI application: request ids, Host and Origin, time limits of bodies, then a service
2. `access`     who asks, and may they: before the body is read
3. `services`   one file a service; checks the words, asks the store in a thread
4. `intake`     parts are staged, the whole is verified and made durable, and only then acknowledged
5. `projector`  a thread makes the tables of what waits, in order; what fails is set aside and blocks nobody

It speaks no SQL, and the event loop never waits for the database.
"""
