"""A calculator that crashes on the first expression."""
from _peer import listen

connection, _ = listen().accept()
connection.recv(1024)
connection.recv(1024)
connection.close()
