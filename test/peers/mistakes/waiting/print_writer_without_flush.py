"""PrintWriter without flush(): nothing ever leaves the program."""
from _peer import connect

peer = connect()
out = peer.makefile("w")
out.write("bob\n")
peer.recv(100)
