# A service manager's ear: prints what it is told at the socket of its argument, a message a line.
use strict;
use Socket;

my ($path) = @ARGV;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($socket, pack_sockaddr_un($path)) or die $!;
$| = 1;
print "listening\n";
while (defined recv($socket, my $message, 65536, 0)) {
    next if $message eq 'BARRIER=1';    # systemd-notify waits until its message was read
    $message =~ s/\n/ /g;
    print "$message\n";
}
