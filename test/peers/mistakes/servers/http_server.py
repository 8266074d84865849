"""http.server."""
from _peer import accept, hear

peer = accept()
hear(peer)
peer.sendall(b"HTTP/1.0 400 Bad request syntax ('ann')\r\nServer: BaseHTTP/0.6\r\n\r\n<html>no</html>")
peer.close()
