"""An address book that sends header and name with a send() each."""
import time

from _peer import listen

connection, _ = listen().accept()
connection.recv(1024)
connection.sendall(b"R\x0e")
time.sleep(2)
connection.sendall(b"Luke Skywalker")
connection.close()
