"""A datagram socket for a role of TCP."""
from _peer import udp_server, stay

server = udp_server()
stay()
