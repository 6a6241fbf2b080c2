# console.pl SOCKET COMMAND...: asks the management console of a guest, and prints its answer.
#
# Exit status: 0 done; 1 the console refused; 124 it did not answer in time; anything else: it could
# not be asked. The answer comes to a socket beside the console's own, where a guest that sees only
# its own directories and network reaches it. Messages are those of the kernel's
# arch/um/include/shared/mconsole.h, version 2.
use strict;
use warnings;
use Socket;

use constant { MAGIC => 0xcafebabe, VERSION => 2, DATA => 512, LIMIT => 10 };

my ($console, @words) = @ARGV;
my $command = join ' ', @words;
(my $place = $console) =~ s{[^/]*$}{r$$};

socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or leave(2, "no socket: $!");
bind($socket, pack_sockaddr_un($place)) or leave(2, "cannot bind $place: $!");
local $SIG{ALRM} = sub { leave(124, 'no answer') };
alarm LIMIT;
my $request = pack 'L L L Z' . DATA, MAGIC, VERSION, length $command, $command;
defined send($socket, $request, 0, pack_sockaddr_un($console)) or leave(2, "cannot send: $!");

my ($refused, $more) = (0, 1);
my $said = '';
while ($more) {
    defined recv($socket, my $answer, 12 + DATA, 0) or leave(2, "cannot receive: $!");
    ($refused, $more, my $data) = unpack 'L L x4 Z*', $answer;
    $said .= $data;
}
leave($refused ? 1 : 0, $said);

sub leave {
    my ($status, $text) = @_;
    unlink $place;
    print "$text\n" if $text ne '';
    exit $status;
}
