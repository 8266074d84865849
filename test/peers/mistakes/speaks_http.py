"""Opens the role in a browser."""
from _peer import connect

peer = connect()
peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n")
peer.recv(1024)
