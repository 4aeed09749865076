<?php
// Symfony Mailer: `-bs` by default, else the command it is given, in which it replaces -t by operands.
require 'Symfony/Component/Mailer/autoload.php';

[, $from, $to, $bcc, $file, $dsn] = $argv;
$email = (new Symfony\Component\Mime\Email())
    ->from(new Symfony\Component\Mime\Address($from, 'Ben Miller'))
    ->to($to)->bcc($bcc)->subject('An offer')->text(file_get_contents($file));
$mailer = new Symfony\Component\Mailer\Mailer(Symfony\Component\Mailer\Transport::fromDsn($dsn));
$mailer->send($email);
