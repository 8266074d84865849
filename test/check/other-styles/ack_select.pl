# An acknowledger in Perl: select() with a time limit, over and over.   ack_select.pl PORT
use strict;
use IO::Select;
use IO::Socket::INET;

my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Proto => 'udp') or die "bind: $!";
my $select = IO::Select->new($socket);
while (1) {
    next unless $select->can_read(0.25);
    my $peer = $socket->recv(my $text, 2048);
    $socket->send('Ok', 0, $peer) if defined $peer;
}
