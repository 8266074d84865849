"""An ObjectOutputStream."""
from _peer import accept, stay

peer = accept()
peer.sendall(b"\xac\xed\0\5")
stay()
