"""A file server that reads a line, where none comes."""
from _peer import listen

connection, _ = listen().accept()
connection.makefile().readline()
