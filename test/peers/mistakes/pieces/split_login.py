"""The login in two sends."""
import time

from _peer import connect, hear, stay

peer = connect()
hear(peer)
peer.sendall(b":Eve:"); time.sleep(0.25)
peer.sendall(b"eve")
stay()
