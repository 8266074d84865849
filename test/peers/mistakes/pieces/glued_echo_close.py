"""Two commands glued."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"download second.txt" + b"download server.txt")
hear(peer)
stay()
