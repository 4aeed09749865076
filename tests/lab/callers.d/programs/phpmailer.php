<?php
// PHPMailer: `-oi -fFROM -t` by isSendmail(), or by isMail() through PHP's mail().
require 'libphp-phpmailer/autoload.php';

[, $from, $to, $bcc, $file, $way] = $argv;
$mail = new PHPMailer\PHPMailer\PHPMailer(true);
$mail->$way();
$mail->CharSet = 'utf-8';
$mail->setFrom($from, 'Ben Miller');
$mail->addAddress($to);
$mail->addBCC($bcc);
$mail->Subject = 'An offer';
$mail->Body = file_get_contents($file);
$mail->send();
