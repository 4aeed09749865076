# Perl's Mail::Mailer: `-t`.
use strict;
use warnings;
use Mail::Mailer;

my ($from, $to, $bcc, $file) = @ARGV;
open my $in, '<:raw', $file or die "$file: $!\n";
my $mailer = Mail::Mailer->new('sendmail');
$mailer->open({
    From => "Ben Miller <$from>", To => $to, Bcc => $bcc, Subject => 'An offer',
    'MIME-Version' => '1.0', 'Content-Type' => 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding' => '8bit',
});
print $mailer $_ while <$in>;
$mailer->close or die "Mail::Mailer: not sent\n";
