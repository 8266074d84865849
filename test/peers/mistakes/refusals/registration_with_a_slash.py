"""What Java prints of an InetAddress, for the ip."""
from _peer import hear, say, udp

peer = udp()
say(peer, b"REGISTRN,localhost/127.0.0.1,1236,txt,server3"); hear(peer)
