# Perl's Email::Sender: the recipients are operands, Bcc stays in the header.
use strict;
use warnings;
use Email::Sender::Simple qw(sendmail);
use Email::Sender::Transport::Sendmail;
use Email::Simple;

my ($from, $to, $bcc, $file) = @ARGV;
open my $in, '<:raw', $file or die "$file: $!\n";
my $text = do { local $/; <$in> };
my $email = Email::Simple->create(
    header => [
        From => "Ben Miller <$from>", To => $to, Bcc => $bcc, Subject => 'An offer',
        'MIME-Version' => '1.0', 'Content-Type' => 'text/plain; charset=utf-8',
        'Content-Transfer-Encoding' => '8bit',
    ],
    body => $text);
sendmail($email, {
    from => $from, to => [$to, $bcc], transport => Email::Sender::Transport::Sendmail->new,
});
