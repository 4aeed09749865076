# Perl's MIME::Lite: `-t -oi -oem -fFROM` without a shell, or the command line that it is given.
use strict;
use warnings;
use MIME::Lite;

my ($from, $to, $bcc, $file, $command) = @ARGV;
open my $in, '<:raw', $file or die "$file: $!\n";
my $text = do { local $/; <$in> };
my $message = MIME::Lite->new(
    From => "Ben Miller <$from>", To => $to, Bcc => $bcc, Subject => 'An offer',
    Type => 'text/plain; charset=utf-8', Data => $text);
$message->send('sendmail', $command ? $command : ()) or die "MIME::Lite: not sent\n";
