"""An address book that sends header and name with a send() each."""
from _peer import listen, say_apart

connection, _ = listen().accept()
connection.recv(1024)
connection.sendall(b"R\x0e")
say_apart(connection, b"Luke Skywalker")
connection.close()
