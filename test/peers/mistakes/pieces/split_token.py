"""The token in two sends."""
import select

from _peer import connect, stay

peer = connect()
peer.sendall(b"serv")
select.select([peer], [], [], 20)
try:
    peer.sendall(b"er3")
except OSError:
    pass
stay()
