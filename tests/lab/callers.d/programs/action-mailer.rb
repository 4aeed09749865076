# Rails' ActionMailer: Ruby's mail with Rails' settings, `-i` or the older `-i -t`.
require 'action_mailer'

class Offers < ActionMailer::Base
  def offer(from, to, bcc, text)
    mail(from: "Ben Miller <#{from}>", to: to, bcc: bcc, subject: 'An offer', body: text)
  end
end

from, to, bcc, file, arguments = ARGV
ActionMailer::Base.logger = nil
ActionMailer::Base.delivery_method = :sendmail
ActionMailer::Base.sendmail_settings = { arguments: arguments } if arguments
Offers.offer(from, to, bcc, File.read(file, encoding: 'UTF-8')).deliver_now
