<?php
// SwiftMailer, as Nextcloud and older frameworks use it: `-bs` (mode smtp) or `-t` (mode pipe).
require 'Egulias/EmailValidator/autoload.php';
require 'Swift/swift_required.php';

[, $from, $to, $bcc, $file, $command] = $argv;
$message = (new Swift_Message('An offer', file_get_contents($file)))
    ->setFrom([$from => 'Ben Miller'])->setTo($to)->setBcc($bcc);
$mailer = new Swift_Mailer(new Swift_SendmailTransport($command));
if ($mailer->send($message, $failed) !== 2) {
    fwrite(STDERR, 'SwiftMailer: not sent to ' . implode(', ', $failed) . "\n");
    exit(1);
}
