# gauge.pl serve PORT | gauge.pl ask HOST PORT SECONDS
# Asks a server for throughput each way and for the round trip of one byte, by TCP: prints
# MBYTES_PER_SECOND_OUT MBYTES_PER_SECOND_IN MICROSECONDS.
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use POSIX ();

use constant { BLOCK => 1 << 17, ROUNDS => 4000 };
use constant TICKS => POSIX::sysconf(POSIX::_SC_CLK_TCK());

my ($role, @rest) = @ARGV;
$role eq 'serve' ? serve(@rest) : ask(@rest);

# Seconds, in hundredths: the smallest of Perl installations counts no finer.
sub now { return (POSIX::times())[0] / TICKS }

sub serve {
    my ($port) = @_;
    my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 8, ReuseAddr => 1) or die "serve: $!";
    $SIG{CHLD} = 'IGNORE';
    while (1) {
        my $client = $server->accept or next;
        next if fork;
        setsockopt $client, IPPROTO_TCP, TCP_NODELAY, 1;
        sysread $client, my $order, 1;
        $order eq 'i' ? pour($client) : $order eq 'o' ? drain($client) : echo($client);
        exit;
    }
}

# Until the other side hangs up.
sub pour {
    my ($socket) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $block = 'x' x BLOCK;
    while (defined syswrite $socket, $block) { }
}

# Counts, and tells the count at the end.
sub drain {
    my ($socket) = @_;
    my $bytes = 0;
    while (my $got = sysread $socket, my $block, BLOCK) { $bytes += $got }
    syswrite $socket, "$bytes\n";
}

sub echo {
    my ($socket) = @_;
    while (sysread $socket, my $byte, 1) { syswrite $socket, $byte }
}

sub ask {
    my ($host, $port, $seconds) = @_;
    my $socket;
    for (1 .. 300) { ($socket = reach($host, $port, 'o')) and last; select undef, undef, undef, 0.1 }
    $socket or die "ask: $host does not answer";
    printf "%.1f %.1f %.1f\n", push_out($socket, $seconds), pull_in($host, $port, $seconds),
        round_trip($host, $port);
}

sub reach {
    my ($host, $port, $order) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port) or return;
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    syswrite $socket, $order;
    return $socket;
}

sub push_out {
    my ($socket, $seconds) = @_;
    my ($block, $start) = ('x' x BLOCK, now());
    syswrite $socket, $block while now() - $start < $seconds;
    shutdown $socket, 1;
    my $bytes = <$socket>;
    return $bytes / (now() - $start) / 1e6;
}

sub pull_in {
    my $seconds = pop;
    my $socket = reach(@_, 'i');
    my ($bytes, $start) = (0, now());
    while (now() - $start < $seconds) { $bytes += sysread $socket, my $block, BLOCK }
    return $bytes / (now() - $start) / 1e6;
}

sub round_trip {
    my $socket = reach(@_, 'e');
    my $start = now();
    for (1 .. ROUNDS) {
        syswrite $socket, 'x';
        sysread $socket, my $byte, 1;
    }
    return (now() - $start) / ROUNDS * 1e6;
}
