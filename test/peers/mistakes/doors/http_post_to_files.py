"""requests.post()."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"POST /server3 HTTP/1.1\r\nContent-Length: 10\r\n\r\nserver.txt")
hear(peer)
