"""writeUTF() of the prompt."""
import struct

from _peer import accept, stay

peer = accept()
peer.sendall(struct.pack("!H", 26) + b"Please, Enter Your ig name")
stay()
