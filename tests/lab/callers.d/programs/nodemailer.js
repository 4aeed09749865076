// nodemailer: `-i -f FROM RCPT…`, and Bcc stays in the header.
'use strict';

const fs = require('fs');
const nodemailer = require('/usr/share/nodejs/nodemailer');

const [from, to, bcc, file] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  sendmail: true, newline: 'unix', path: '/usr/sbin/sendmail',
});

transport.sendMail({
  from: { name: 'Ben Miller', address: from }, to, bcc, subject: 'An offer',
  text: fs.readFileSync(file, 'utf8'),
}).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
