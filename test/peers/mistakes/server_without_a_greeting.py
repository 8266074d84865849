"""An echo server that waits for the client to speak first."""
from _peer import listen

connection, _ = listen().accept()
connection.recv(1024)
