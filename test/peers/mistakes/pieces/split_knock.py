"""The opening in two sends."""
import time

from _peer import connect, stay

peer = connect()
peer.sendall(b"Knock "); time.sleep(0.25)
peer.sendall(b"knock..")
stay()
