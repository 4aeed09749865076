<?php
// PHP's mail(): the program of sendmail_path, by default `sendmail -t -i`, and what the script adds.
[, $from, $to, $bcc, $file] = $argv;
$header = [
    'From' => "Ben Miller <$from>", 'Bcc' => $bcc, 'MIME-Version' => '1.0',
    'Content-Type' => 'text/plain; charset=utf-8', 'Content-Transfer-Encoding' => '8bit',
];
if (!mail($to, 'An offer', file_get_contents($file), $header, "-f$from")) {
    fwrite(STDERR, "mail(): not sent\n");
    exit(1);
}
