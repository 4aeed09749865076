# Ruby's mail: `-i -f "FROM" -- "RCPT"…` through a shell, with the arguments of Rails' older default `-i -t`.
# This version never looks at the exit status.
require 'mail'

from, to, bcc, file, arguments = ARGV
message = Mail.new(charset: 'UTF-8') do
  from "Ben Miller <#{from}>"
  to to
  bcc bcc
  subject 'An offer'
  body File.read(file, encoding: 'UTF-8')
end
message.delivery_method :sendmail, arguments ? { arguments: arguments } : {}
message.deliver!
