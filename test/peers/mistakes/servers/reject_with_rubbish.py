"""REJECT in a buffer that was never cleared."""
from _peer import accept, stay

peer = accept()
peer.sendall(b"REJECT\0" + b"\xb0\x13\xfe\x7f" * 6)
peer.close()
stay()
