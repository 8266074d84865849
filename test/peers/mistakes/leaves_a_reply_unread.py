"""Ends while the reply lies unread in its socket."""
import select

from _peer import connect

peer = connect()
peer.sendall(b"ann\n15 + 35\n")
select.select([peer], [], [], 20)
peer.close()
