"""The greeting of an FTP server."""
from _peer import accept, hear, stay

peer = accept()
peer.sendall(b"220 (vsFTPd 3.0.3)\r\n")
while text := hear(peer):
    peer.sendall(b"500 unknown command\r\n")
stay()
