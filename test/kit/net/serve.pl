# serve.pl PORT: answers on TCP, each connection by serve.sh, and echoes on UDP, until it is ended.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($port) = @ARGV;
my $tcp = IO::Socket::INET->new(LocalPort => $port, Listen => 16, ReuseAddr => 1) or die "tcp: $!";
my $udp = IO::Socket::INET->new(LocalPort => $port, Proto => 'udp') or die "udp: $!";
open my $sign, '>', "listening.$port" or die "listening: $!";
close $sign;
$SIG{CHLD} = 'IGNORE';

my $both = IO::Select->new($tcp, $udp);
while (1) {
    for my $ready ($both->can_read) {
        $ready == $udp ? echo() : answer();
    }
}

sub echo {
    my $peer = $udp->recv(my $text, 65535);
    $udp->send($text, 0, $peer) if defined $peer;
}

sub answer {
    my $client = $tcp->accept or return;
    return if fork;
    open STDIN, '<&', $client;
    open STDOUT, '>&', $client;
    exec 'bash', 'serve.sh';
}
