"""Binds, and never reads."""
import time

from _peer import udp_server

server = udp_server()
time.sleep(60)
