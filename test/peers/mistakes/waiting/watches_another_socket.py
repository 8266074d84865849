"""The reply lies there; select() watches a socket that nothing comes from."""
import select
import socket

from _peer import connect, say

other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.bind(("127.0.0.1", 0))
peer = connect()
say(peer, b"ann")
say(peer, b"15 + 35")
select.select([other], [], [], 60)
