"""recv(4096) once for a reply of 5700 bytes."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, b"download server.txt"); hear(peer, 4096)
say(peer, b"hello"); hear(peer, 4096)
say(peer, b"goodbye"); hear(peer, 5)
