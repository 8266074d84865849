"""Opens a connection for each request, and closes none."""
from _peer import connect

peers = [connect() for _ in range(3)]
assert peers[-1].recv(1024) == b"Too many clients"
input()
