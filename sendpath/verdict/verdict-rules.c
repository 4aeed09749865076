/* verdict-rules: what replies mean, as one table. It holds no code, and no row repeats one reply: a
 * row is a general statement that a test reaches (tests/test-verdict.c).
 *
 * The first row that holds decides, so order matters where two could hold: sections go from words
 * that leave no doubt to what a code alone suggests. That order runs through all of them, and one
 * kind of verdict has rows in several: that is why this is one long file and not one for each.
 * verdict-rules.h tells how words are written; the lists named with `$` are in verdict-words.c. */
#include "config.h"

#include "sendpath/verdict/verdict-rules.h"

#define V(verdict) SENDPATH_VERDICT_##verdict

/* Codes: any, 4xx, 5xx. */
#define EVERY 0, 999
#define TEMPORARY 400, 499
#define PERMANENT 500, 599

const VerdictRule verdict_rules[] = {
  /* ---- success, or what looks like it -------------------------------------------------------- */
  { IN (AUTH), 235, 235, NULL, NULL, 0, V (ACCEPTED), "login-accepted" },
  { IN (AUTH), 200, 399, NULL, NULL, 0, V (PROTOCOL_ERROR), "login-reply-odd" },
  { IN (DATA), 200, 299, NULL, NULL, 0, V (PROTOCOL_ERROR), "data-not-asked-for" },
  { IN (DATA) | IN (UNKNOWN), 354, 354, NULL, NULL, 0, V (ACCEPTED), "data-asked-for" },
  { ANY_PHASE, 200, 299, NULL, NULL, 0, V (ACCEPTED), "accepted" },
  { ANY_PHASE, 300, 399, NULL, NULL, 0, V (PROTOCOL_ERROR), "continue-not-asked-for" },

  /* ---- POP3 login ---------------------------------------------------------------------------- */
  { IN (POP), EVERY, NULL,
    "in_use|login_delay|sys_temp|already_locked|is_locked|cant_lock|cannot_lock|$later|could_not|"
    "cant_open|cannot_access|unable_to_access|cannot_open|unable_to_open|internal_error|maildir|"
    "maildrop|mailbox_could",
    0, V (SERVER_BUSY), "pop-busy" },
  { IN (POP), EVERY, NULL,
    "command|commands|syntax|argument|arguments|state !$badlogin|$tls|layer|disabled|password",
    0, V (PROTOCOL_ERROR), "pop-command" },
  { IN (POP), EVERY, NULL, "$toomany", 0, V (RATE_LIMITED), "pop-rate" },
  { IN (POP), EVERY, NULL, "$blocklist|$badhost", 0, V (CLIENT_BLOCKED), "pop-client-blocked" },
  { IN (POP), EVERY, NULL, "$tls|layer", 0, V (TLS_REQUIRED), "pop-needs-tls" },
  { IN (POP), EVERY, NULL, NULL, 0, V (AUTH_FAILED), "pop-login-refused" },

  /* ---- login --------------------------------------------------------------------------------- */
  { IN (AUTH), TEMPORARY, NULL, "$toomany", 0, V (RATE_LIMITED), "login-rate" },
  { IN (AUTH), 538, 538, NULL, NULL, 0, V (TLS_REQUIRED), "login-needs-tls-code" },
  { IN (AUTH), 530, 530, NULL, NULL, 0, V (TLS_REQUIRED), "login-needs-tls-first" },
  { IN (AUTH), PERMANENT, "x.7.10-11", NULL, 0, V (TLS_REQUIRED), "login-needs-tls-status" },
  { IN (AUTH), PERMANENT, NULL,
    "$tls $need|$deny|only|without|over !certificate",
    0, V (TLS_REQUIRED), "login-needs-tls" },
  { IN (AUTH), EVERY, NULL,
    "mechanism*|auth_mode|auth_method|auth_type unsupported|not_supported|unknown|unrecognized",
    0, V (PROTOCOL_ERROR), "login-mechanism-unknown" },
  { IN (AUTH), 432, 432, NULL, NULL, 0, V (AUTH_FAILED), "password-transition" },
  { IN (AUTH), TEMPORARY, NULL, NULL, 0, V (SERVER_BUSY), "login-unavailable" },
  { IN (AUTH), PERMANENT, NULL,
    "$blocklist|$badhost !$badlogin",
    0, V (CLIENT_BLOCKED), "login-client-blocked" },
  { IN (AUTH), PERMANENT, NULL,
    "mechanism*|auth_method|auth_type|authentication_type|authentication_method|认证方式 $deny|"
    "$unknown|$invalid|not_available|unavailable|unsupported|not_implemented",
    0, V (PROTOCOL_ERROR), "login-mechanism" },
  { IN (AUTH), 500, 504, NULL,
    "$badlogin !aborted|cancel*|base64",
    0, V (AUTH_FAILED), "login-refused-in-words" },
  { IN (AUTH), 500, 504, NULL, NULL, 0, V (PROTOCOL_ERROR), "login-command-refused" },
  { IN (AUTH), PERMANENT, NULL, NULL, 0, V (AUTH_FAILED), "login-refused" },

  /* ---- STARTTLS ------------------------------------------------------------------------------ */
  { IN (STARTTLS), TEMPORARY, NULL, NULL, 0, V (SERVER_BUSY), "starttls-unavailable" },
  { IN (STARTTLS), 500, 555, NULL, "!$blocklist", 0, V (PROTOCOL_ERROR), "starttls-refused" },

  /* ---- no greeting yet ----------------------------------------------------------------------- */
  { ENVELOPE | IN (EHLO), PERMANENT, NULL,
    "helo|ehlo|hello|greeting first|before|polite*|must_give|must_say|say|introduce|expected|"
    "needed|send !$auth",
    0, V (PROTOCOL_ERROR), "hello-first" },

  /* ---- a check that could not be made says nothing about what it was to check ---------------- */
  { ANY_PHASE, TEMPORARY, NULL,
    "$trouble $machinery !$relay|your_hostname|your_host|reverse*|your_ip|rate|too_many|exceeded|"
    "mailbox",
    0, V (SERVER_BUSY), "check-not-made" },

  /* ---- put off by a greylist ----------------------------------------------------------------- */
  { ANY_PHASE, EVERY, NULL,
    "greylist*|graylist*|postgrey*|greymilter|grey_list*|gray_list*|greytrap*|liste_grise|"
    "lista_gris|szara_lista|szarej_liscie|серый_список|сером_списке|灰名单|灰名單|グレイリスト|グレーリスト "
    "!CLIENT_blacklisted|host_blacklisted|IP_blacklisted",
    0, V (GREYLISTED), "greylist" },
  { ENVELOPE, TEMPORARY, NULL,
    "NUM_seconds|NUM_second|NUM_secs|NUM_sec|NUM_s|NUM_minutes|NUM_mins|NUM_min|NUM_minuten|"
    "first_time|triplet|retry_in|not_yet_authorized|try_again_in|wait_before|new_sender|"
    "new_client|not_seen|never_seen|first_mail|not_know_you|dont_know_you|first_contact|"
    "policy_rejection $later|back|authorized|delayed !$toomany|mailbox|load !expired|timeout",
    0, V (GREYLISTED), "come-back-in" },

  /* ---- check your mail first ----------------------------------------------------------------- */
  { ENVELOPE | IN (GREETING), EVERY, NULL,
    "$poplogin $need|no_recent|smtp|after|to_send|authenticat* !$badlogin !perhaps|virus*|"
    "turned_on|mail_client|mail_settings",
    0, V (POP_REQUIRED), "mail-first" },
  { ENVELOPE, EVERY, NULL,
    "$fetch $message|受信|收|press|click|button $before $sending !address|settings|content|virus*|"
    "setting|$auth|$nouser",
    0, V (POP_REQUIRED), "mail-before-sending" },

  /* ---- called spam: before the advice that goes with it -------------------------------------- */
  { IN (EOD) | IN (DATA) | IN (UNKNOWN) | IN (RCPT), EVERY, NULL,
    "by_spam_filter|by_spam|due_to_spam|spam_classification|classified_as_spam|detected_as_spam|"
    "identified_as_spam|considered_spam|considered_as_spam|marked_as_spam|is_spam|"
    "is_probably_spam|probably_spam|looks_like_spam|like_spam|spam_like|appears_to_be_spam|"
    "antispam_checks|spam_checks|als_spam|comme_spam|como_spam|come_spam|jako_spam !$client",
    0, V (CONTENT_REJECTED), "called-spam" },

  /* ---- the client's address or name: before relaying, because these texts speak of relays ---- */
  { ANY_PHASE, EVERY, NULL,
    "URILIST|dbl|url|urls|uri|link|links $blocklist|URILIST|blocked|spam !$client !your_domain|"
    "your_domain_name|rhsbl|$sender",
    0, V (CONTENT_REJECTED), "advertised-domain-listed" },
  { ENVELOPE, EVERY, NULL,
    "$sender|ADDR_is|ADDR_has|your_email_address|your_address|your_domain|your_domain_name|rhsbl "
    "$blocklist|URILIST|badmailfrom|bad_mail_from !$client !rcpt",
    0, V (SENDER_REJECTED), "sender-listed" },
  { IN (RCPT) | IN (UNKNOWN), EVERY, NULL,
    "rcpt_ADDR|recipient_ADDR|recipient_is|recipient_address $blocklist !$client|IP|LIST", 0,
    V (RECIPIENT_UNKNOWN), "recipient-listed" },
  { IN (MAIL), EVERY, NULL, "domain|HOST_is $blocklist !$client|relay*", 0, V (SENDER_REJECTED),
    "sender-domain-listed" },
  { ANY_PHASE, EVERY, NULL,
    "$blocklist !relaying_denied|relay_access_denied|$auth !rate_limit* !spam_pattern|"
    "spam_content*",
    0, V (CLIENT_BLOCKED), "client-listed" },
  { ANY_PHASE, EVERY, "x.7.500-505 x.7.507 x.7.510-511 x.7.513 x.7.606-649 x.7.850-899",
    "!busy",
    0, V (CLIENT_BLOCKED), "client-status" },
  { OPENING | IN (MAIL) | IN (RCPT) | IN (UNKNOWN), EVERY, NULL,
    "listed URL|IP !$sender|$recipient|ADDR|not_listed", 0, V (CLIENT_BLOCKED),
    "listed-see-there" },
  { ANY_PHASE, EVERY, NULL,
    "$client is_listed|listed_on|listed_in|listed_at|listed_by|found_on|found_in",
    0, V (CLIENT_BLOCKED), "client-on-a-list" },
  { ANY_PHASE, EVERY, NULL,
    "open_relay|open_relays|anonymous_relay|anonymous_relays|insecure_relay|insecure_relays|"
    "unsecured_relays|IP_allows_relaying|server_allows_relaying|host_allows_relaying|"
    "you_allow_relaying|unsecured_relay|unsecured_mail_relay|relays_spam|relay_spam|relaying_spam|"
    "open_mail_relay|open_proxy !not_an_open|no_open|open_relay_not",
    0, V (CLIENT_BLOCKED), "open-relay" },
  { ANY_PHASE, EVERY, NULL,
    "your_mail_relay|your_relay|your_smarthost|your_isp|your_isps|your_provider|your_providers|"
    "your_service_provider|service_providers|your_internet_provider|internet_service_provider|"
    "provider directly|bypass*|use|through|via|contact !ptr|rdns|reverse* !$auth",
    0, V (CLIENT_BLOCKED), "use-your-provider" },
  { ANY_PHASE, EVERY, NULL,
    "ptr|rdns|reverse_dns|reverse_lookup|reverse_name|reverse_hostname|reversedns|reverse_record|"
    "reverse_address|dns_reverse|reverse_mapping|reverse_resolution|fcrdns|forward_confirmed|"
    "in_addr|reverse_lookups|ip_must_resolve|CLIENT_must_resolve|ruckwarts*|revers_dns|"
    "reversed_dns|has_no_name|reverse_zone|resolution_inverse|dns_inverse|enregistrement_inverse|"
    "resolucion_inversa|dns_inverso|dns_inversa|dns_reverso|reverso|odwrotn*|обратн*|反向|逆引き|"
    "gyakubiki !relaying_denied|relay_access_denied",
    0, V (PTR_REQUIRED), "reverse-name" },
  { ENVELOPE, EVERY, NULL,
    "server_configuration|configuration_error|configuration_problem|misconfiguration !your*", 0,
    V (SERVER_ERROR), "server-configured-wrongly" },
  { IN (MAIL) | IN (RCPT) | IN (DATA) | IN (EOD) | IN (EHLO), 503, 503, NULL,
    "sequence|already|nested|first|order|transaction|given|specified|duplicate|provide|specify|"
    "must_have|need !$auth|$tls|$relay|$poplogin",
    0, V (PROTOCOL_ERROR), "command-order-code" },
  { ANY_PHASE, EVERY, NULL,
    "helo*|ehlo*|badhelo !relay_denied|relaying_denied|relay_access $deny|$invalid|$unknown|bogus|"
    "bad|mismatch*|does_not_match|doesnt_match|requires|required|forged|does_not_resolve|"
    "impersonat*|fqdn|lie|fake|my_badhelo|must_exist|domain_name|argument|spoof*|$not !first|wrong_state|"
    "before|expected|say|command_unrec*|unknown_command|not_recognized|not_implemented|"
    "syntax_ehlo|syntax_helo",
    0, V (PTR_REQUIRED), "helo-name" },
  { IN (EHLO) | ENVELOPE, 550, 559, NULL,
    "helo*|ehlo*|greeting|generic_hostname|generic_host_name|generic_name|generic_names|"
    "generic_host_names|generic_ptr|generic_rdns !$auth|$tls|$relay|first|before|polite*|command|"
    "commands",
    0, V (PTR_REQUIRED), "hello-name-refused" },
  { IN (EHLO), 550, 559, NULL,
    "claim*|its_name|my_own|own_name|not_yours|illegal|invalid|domain_name|localhost|you_are_not|"
    "youre_not|you_arent|hostname|host_name|your_name|pretend*|impersonat* !$client",
    0, V (PTR_REQUIRED), "hello-not-believed" },

  /* ---- relaying ------------------------------------------------------------------------------ */
  { ENVELOPE, TEMPORARY, NULL, "$relay $later !$client", RULE_LOGGED_IN, V (SERVER_BUSY),
    "relaying-not-now" },
  { ENVELOPE | IN (GREETING) | IN (EHLO), EVERY, NULL,
    "$relay $deny|off|disabled|no|not|dont|wont|isnt|only|as_a_relay|unauthenticated|kein|nicht|"
    "non|nao|ne|niet|pas|nie|не|不 !your_mail_relay|your_relay|use_your|relay_recipient|"
    "recipient_table|relay_limit|relay_quota|relay_IP|relay_HOST !$toomany !$badhost "
    "!must_authenticate|to_relay_you_must|virus*|malware|as_spam|is_spam|phish*|contains|"
    "sender_verif*|verify_failed|callout|cannot_connect|connect_to|sender|spf|dkim|dmarc",
    0, V (RELAY_DENIED), "relaying" },
  { ENVELOPE, EVERY, NULL,
    "relaying|relay_access|relay_denied|relay_not|to_relay|not_relay|no_relay|dont_relay|"
    "cannot_relay $deny|$not !$toomany !$badhost !sender_verif*|verify_sender|verify_the_sender|"
    "sender_callout|callback|verify_failed|callout|connect*",
    0, V (RELAY_DENIED), "relaying-by-sender" },
  { ENVELOPE, EVERY, NULL,
    "rcpthosts|rcpthost|morercpthosts|rcpt_hosts",
    0, V (RELAY_DENIED), "domain-not-served-qmail" },
  { ENVELOPE, EVERY, NULL,
    "$elsewhere $deny|$not|limited_to !spoof*|no_such|not_exist|doesnt_exist|moved|content|filter|"
    "spam*|virus*|attachment*|group|mailbox*|from_external|by_third|check|lookup|not_available|"
    "exceed*|too_many|limit_for|loop !$sender !$auth !$blocklist|$badhost",
    0, V (RELAY_DENIED), "sending-elsewhere" },
  { ENVELOPE, EVERY, NULL,
    "this_server|this_mail_server|our_server|our_mail_server not_allow|doesnt_allow|not_permit|"
    "not_let|wont_let you $sending !$sender",
    0, V (RELAY_DENIED), "server-forbids-you" },
  { ENVELOPE, EVERY, NULL,
    "$throughus $deny|$not !$sender !content|attachment*|virus*|authentic*|login|log_in|password|"
    "$tls !$blocklist|$badhost|spam*",
    0, V (RELAY_DENIED), "sending-through-us" },
  { ENVELOPE, EVERY, NULL,
    "served_here|hosted_here|handled_here|handle_mail|handle_email|mx_for|mail_exchanger_for|"
    "exchanger_for|accept_mail_for|accept_email_for|deliver_mail_for|responsible_for|one_of_ours|"
    "one_of_our_domains|our_domain|our_domains|local_delivery|local_domain|local_domains|"
    "virtual_domain|virtual_domains|serve|serves|dla_tej_domeny|этого_домена|该域名|mail_for_HOST|"
    "email_for_HOST|messages_for_HOST|para_ese_dominio|para_este_dominio|para_esse_dominio|"
    "pour_ce_domaine|fur_diese_domain|per_questo_dominio|voor_dit_domein|mx_only|my_list|"
    "mijn_lijst|meiner_liste|ma_liste|mi_lista|minha_lista|mia_lista|mojej_liscie|operate_with|"
    "list|lista|liste|listan|lijst|liscie|списке|列表 $not domain|domains|HOST|server|local*|doman*|"
    "domein|domaine|dominio|mx_only|domen*|домен*|域名 !$sender !$auth !no_longer|no_such|find|"
    "from_our|by_that_name|mailbox|mailboxes|$nouser|no_mx|user|users|$blocklist|recipient_list|"
    "mailing_list|long",
    0, V (RELAY_DENIED), "domain-not-ours" },
  { IN (RCPT), PERMANENT, NULL,
    "delivery|delivering|sending|send|outgoing|outbound not_allowed|not_permitted|denied|refused|"
    "prohibited|rejected from_your|from_this_ip|from_IP|from_outside|from_this_network|"
    "from_your_location !$blocklist|$badhost|spam*|spf !$sender|$recipient",
    0, V (RELAY_DENIED), "sending-from-there" },
  { ENVELOPE, EVERY, NULL,
    "cannot_deliver_mail|not_a_gateway|not_gateway|non_accepted_domain|not_an_accepted_domain|"
    "dont_handle_mail|not_handle_mail|doesnt_handle_mail|not_hosted_here|not_hosted_on|"
    "not_a_local_domain|not_local_domain|domain_not_local|domain_is_not_local|isnt_local_domain|"
    "domain_isnt_local|not_accept_mail_for|not_accepting_mail_for|not_accepting_email_for|"
    "not_accept_email_for|dont_accept_mail_for|wont_accept_mail_for|not_receive_mail_for|"
    "domain_not_allowed|domain_is_not_allowed|domain_isnt_allowed|not_one_of_our_domains|"
    "mail_for_that_domain|not_ours|isnt_ours|not_responsible_for|nicht_zustandig|nicht_zustaendig|"
    "unknown_local_domain|no_such_domain_here|only_local_recipient*|mail_gateway|mail_gate "
    "!$sender !$auth !null_mx|nullmx !user",
    0, V (RELAY_DENIED), "domain-not-served" },
  { ENVELOPE, EVERY, NULL,
    "is_local|belongs_to_this|belong_to_this|belongs_here|no_local_sender|be_local|local_user|"
    "local_users|local_sender|local_recipient|local_mail|local_hosts|internal_users|no_local only|"
    "must|neither|either|one_of|no_local_sender|must_be !$auth !user_unknown|unknown_user|no_such|"
    "not_exist",
    0, V (RELAY_DENIED), "local-only" },
  { ENVELOPE, EVERY, NULL,
    "you_are_not|youre_not local_user|a_local|our_user|our_customer|local_client|one_of_our", 0,
    V (RELAY_DENIED), "you-are-not-ours" },
  { ENVELOPE, EVERY, NULL,
    "not_local|isnt_local|non_local $client|my_network|our_network|trusted", 0, V (RELAY_DENIED),
    "not-local-for-you" },
  { IN (RCPT) | IN (UNKNOWN), PERMANENT, NULL,
    "forward|forwarding|forwarded|forwards $deny|$not|disabled !no_such|has_left|user_left|"
    "not_exist|doesnt_exist|mailbox*|full|loop|moved|forwarding_address|forwarding_information|"
    "closed !$sender",
    0, V (RELAY_DENIED), "forwarding-refused" },
  { IN (RCPT), PERMANENT, NULL,
    "recipient_domain|destination_domain|that_domain|this_domain|domain|domains|destination|"
    "delivery_to_HOST|delivery_to_this_destination $deny|allowed_list|not_supported|"
    "not_in_the_list|not_on_the_list|list_of_domains !$unknown|null_mx|nullmx|no_mx|route|"
    "not_accept_mail|expired !$sender|sending|your_domain|from_our !$blocklist|$badhost !user|"
    "users|recipient|recipients|mailbox*|account*|literal|spf|dkim|dmarc",
    0, V (RELAY_DENIED), "domain-refused" },
  { ENVELOPE, PERMANENT, "5.7.54 5.7.64", NULL, 0, V (RELAY_DENIED), "relaying-status-exchange" },

  /* ---- proof that the sender's domain wants this mail: not a login --------------------------- */
  { ENVELOPE, EVERY, NULL,
    "!duplicate_header* spf|dkim*|dmarc|behalf_of_HOST|permitted_sender|not_designate|"
    "doesnt_designate|not_a_designated|policy_record|not_signed|unsigned|domainkeys|sender_policy|"
    "sender_id|senderid|arc_validation|spoof*|batv|prvs|purported_responsible|"
    "authentication_information|authentication_checks|authentication_level|"
    "sender_is_unauthenticated",
    0, V (SENDER_REJECTED), "sender-proof" },
  { ENVELOPE, EVERY, NULL,
    "unauthenticated_email|unauthenticated_mail|mail_is_unauthenticated|email_is_unauthenticated|"
    "message_is_unauthenticated !$client|range",
    0, V (SENDER_REJECTED), "sender-proof-missing" },
  { ENVELOPE, EVERY, "x.7.20-24 x.7.26-27 x.7.509 x.7.515",
    "!not_accept_mail",
    0, V (SENDER_REJECTED), "sender-proof-status" },

  /* ---- encryption ---------------------------------------------------------------------------- */
  { (ENVELOPE & ~IN (EOD)) | OPENING, EVERY, NULL,
    "$tls $need|without|no|over|connect_with|connect_using|only|unencrypted|cleartext|"
    "not_permitted|not_allowed !attachment*|archive*|plain_text_mail|plain_text_only|certificate|"
    "dane|tlsa|mta_sts|not_available|unavailable|handshake !$badlogin !recipient_server",
    0, V (TLS_REQUIRED), "encrypt-first" },
  { IN (EOD), EVERY, NULL,
    "tls|ssl|starttls|encrypted_connection|encrypted_session $need|without|only|over !certificate",
    0,
    V (TLS_REQUIRED), "encrypt-first-at-end" },
  { ENVELOPE | OPENING, EVERY, NULL,
    "$tls tls_version|tls_versions|minimum|tlsv1", 0, V (TLS_REQUIRED),
    "encrypt-better" },
  { ENVELOPE | OPENING, PERMANENT, "x.7.10-11", NULL, 0, V (TLS_REQUIRED), "encrypt-first-status" },
  { ENVELOPE | OPENING, 538, 538, NULL, "!$auth", 0, V (TLS_REQUIRED), "encrypt-first-code" },

  /* ---- too much in a time, before what is refused then --------------------------------------- */
  { ENVELOPE, EVERY, NULL,
    "mailbox|inbox|postfach|boite|buzon|casella|skrzynka exceed*|over_the_limit|too_many_messages|"
    "limit|reached !rate|ratelimit*|$period|per|send*|message_size",
    0, V (MAILBOX_FULL), "mailbox-limit" },
  { ENVELOPE, EVERY, NULL,
    "points_to_local|points_back|loops_back|too_many_hops|too_many_relays|came_back_to_us|"
    "hop_count|loop*|mailloop|too_many_received|received_headers",
    0, V (SERVER_ERROR), "mail-loop" },
  { ENVELOPE, EVERY, NULL, "received headers|header|lines|hops $toomany", 0, V (SERVER_ERROR),
    "too-many-stations" },
  { ANY_PHASE, EVERY, NULL,
    "$toomany bad_command*|invalid_command*|unknown_recipient*|invalid_recipient*|bad_recipient*|"
    "failed_recipient*|nonexist*|unknown_user*|invalid_user*|bad_user*|bad_rcpt*|invalid_rcpt*|"
    "unknown_rcpt*|invalid_address*|bad_address* !$auth|$full",
    0, V (CLIENT_BLOCKED), "too-many-bad-recipients" },
  { ANY_PHASE, EVERY, NULL,
    "too_many_errors|too_many_syntax|too_many_bad_commands|too_many_unrecognized",
    0, V (PROTOCOL_ERROR), "too-many-errors" },
  { ENVELOPE, EVERY, NULL,
    "too_many_recipients|too_many_rcpt*|many_recipients|many_addressees|only_NUM_recipients|"
    "recipients_per_mail|number_of_recipients|max_recipients|maximum_recipients|recipients_limit|"
    "recipient_limit|recipients_per_message|recipients_reached|recipients_exceed*|"
    "only_one_recipient|one_recipient|too_many_addresses|too_many_cc|rcpt_numbers|rcpt_number|"
    "number_of_rcpt|number_of_rcpts|rcpt_attempts|rcpt_count|rcpt_limit|single_recipient|"
    "single_envelope_recipient|one_at_a_time|next_batch|max_of_NUM_recipients|than_NUM_recipients|"
    "zu_viele_empfanger|zu_viele_empfaenger|trop_de_destinataires|demasiados_destinatarios|"
    "muitos_destinatarios|destinatarios_excedid*|troppi_destinatari|te_veel_ontvangers|"
    "zbyt_wielu_odbiorcow|zbyt_duzo_odbiorcow|слишком_много_получателей|收件人过多|收件人太多|收件人数|宛先が多すぎ|"
    "受信者が多すぎ !$period !from_IP|from_HOST|this_ip|your_ip",
    0, V (TOO_MANY_RECIPIENTS), "many-recipients" },
  { ENVELOPE, EVERY, NULL,
    "recipients|rcpts|recipient_list|rcpt_list|empfanger|empfaenger|destinataires|destinatarios|"
    "destinatari|odbiorcow|adresatow|ontvangers|получателей|people_at|people $toomany|threshold|"
    "too_long|no_more|at_once|only_send !header|headers !$period !from_IP|from_HOST !$full",
    0, V (TOO_MANY_RECIPIENTS), "recipients-limit" },
  { ANY_PHASE, EVERY, NULL,
    "outbound_spam|outboundspam*|concurrency|concurrent|rate_limit*|ratelimit*|throttl*|too_fast|"
    "too_quickly|too_frequent*|too_often|slow_down|frequency_limited|frequency|send_limit*|"
    "exceeded_the_rate|rate_exceed*|rate_that_prevents|connection_rate|message_rate|"
    "submission_rate|unusual_sending|sending_activity|excessive_volume|excessive_rate|"
    "unexpected_volume|unusual_rate|volume|flood*|relay_limit|relay_quota|sending_quota|"
    "submission_quota|queue_quota|submissionquota*|versandlimit*|sendelimit*|频率|頻率|频繁 "
    "!message_size|spf|dkim|dmarc",
    0, V (RATE_LIMITED), "rate" },
  { ANY_PHASE, EVERY, NULL,
    "too_many_connections|too_many_concurrent|too_many_simultaneous|too_many_sessions|"
    "too_many_open|too_many_messages|too_many_mails|too_many_emails|too_many_mail|too_much_mail|"
    "too_much_CLIENT|too_many_requests|too_many_attempts|too_many_login*|too_many_auth*|"
    "too_many_transactions|too_many_recent|too_many_recipients|too_many_failures|many_connections|"
    "max_message|max_messages|maximum_number_of_messages|max_number_of_messages|"
    "number_of_messages|number_of_connections|connection_limit|connections_limit|"
    "concurrent_connections|concurrent_sessions|message_limit|messages_limit|zu_viele|zuviele|"
    "trop_de_connexions|trop_de_messages|demasiadas_conexiones|demasiados_mensajes|"
    "demasiados_correos|muitas_conexoes|muitas_mensagens|troppe_connessioni|troppi_messaggi|"
    "te_veel_verbindingen|te_veel_berichten|zbyt_wiele|zbyt_duzo|za_duzo|слишком_много|连接过多|連線過多|"
    "发送过多|邮件过多|接続が多すぎ !$full|message_size|size_exceeded",
    0, V (RATE_LIMITED), "too-many" },
  { ANY_PHASE, EVERY, NULL,
    "too_many sessions|logins|connections|messages|mails|emails|attempts|requests !$full|banned|"
    "blacklisted|message_size|size_limit|max_size|spam|mime|parts|header|headers|attachments|files",
    0, V (RATE_LIMITED), "too-many-of-them" },
  { OPENING | IN (MAIL) | IN (UNKNOWN), EVERY, NULL,
    "$toomany sessions|connection_count|connections|logins", 0, V (RATE_LIMITED),
    "limit-of-connections" },
  { OPENING | IN (MAIL), TEMPORARY, NULL, "IP|CLIENT deferred|temporarily_deferred", 0,
    V (RATE_LIMITED), "client-deferred" },
  { IN (MAIL) | IN (EOD), EVERY, NULL,
    "quota|limit exceeded|reached !$recipient|mailbox|size|storage|space", RULE_LOGGED_IN,
    V (RATE_LIMITED), "limit-of-account" },
  { ENVELOPE, EVERY, NULL, "messages|mails|emails|connections exceed|exceeds !size|$full|header", 0,
    V (RATE_LIMITED), "more-than-wanted" },
  { ENVELOPE, EVERY, NULL,
    "$toomany|reached|only_NUM $pace|$period",
    0, V (RATE_LIMITED), "limit-for-a-time" },
  { ANY_PHASE, TEMPORARY, NULL,
    "limit|limits exceed*|reached account|host|client|requests $later "
    "!mailbox|size|storage|space|quota",
    0, V (RATE_LIMITED), "limit-for-now" },
  { ENVELOPE, EVERY, NULL,
    "!limited_to allowance|limit*|limite*|лимит*|限制|制限|上限|限额|quota|quote $sending !size|$full|"
    "$sender|rozmiar|taille|tamano|tamanho|dimension*|grosse|размер*|大小|サイズ !mb|kb|bytes",
    0, V (RATE_LIMITED), "limit-of-sending" },
  { ENVELOPE, EVERY, NULL,
    "max|maximum|limit|than_once|may_send|allows|can_send|may_only_send|can_only_send|exceeded|"
    "exceed|exceeds|only_allowed NUM_messages|NUM_mails|NUM_emails|NUM_minutes|NUM_minute|"
    "NUM_hours|NUM_hour|NUM_days|NUM_seconds|per_NUM|hits",
    0, V (RATE_LIMITED), "limit-in-a-span" },
  { ANY_PHASE, EVERY, "x.7.28 x.7.508 x.7.705 x.1.90 x.2.121-122", NULL,
    0, V (RATE_LIMITED), "rate-status" },

  /* ---- login wanted or refused outside of the login ------------------------------------------ */
  { ENVELOPE | OPENING, 535, 535, NULL, "!$need", 0, V (AUTH_FAILED), "login-refused-code" },
  { ENVELOPE, EVERY, NULL, "unusual_activity|suspicious_activity|suspicious_login account !$client",
    0, V (AUTH_FAILED), "account-under-suspicion" },
  { ENVELOPE, EVERY, NULL,
    "outgoing_mail|outgoing_messages|outbound_mail suspended|disabled|blocked|stopped !$client", 0,
    V (AUTH_FAILED), "outgoing-mail-stopped" },
  { IN (MAIL), EVERY, NULL,
    "$badlogin !must_be_the_same|must_match|$sender", 0, V (AUTH_FAILED),
    "login-refused-at-mail" },
  { ENVELOPE, EVERY, NULL, "$sending paused|on_hold !$recipient|$period", 0, V (AUTH_FAILED),
    "sending-paused" },
  { IN (MAIL) | IN (EOD) | IN (RCPT), EVERY, NULL,
    "$sending|outgoing|smtp_access|smtp_service account|mailbox|user $closed|not_enabled|"
    "switched_off|turned_off|not_available|no_longer_send|may_no_longer !receiv*|$notin|"
    "not_authorized|not_allowed",
    0, V (AUTH_FAILED), "account-may-not-send" },
  { IN (EOD), EVERY, NULL,
    "message|messages|mail|email|sender|domain authenticat*|unauthenticated !password*|username|"
    "login|log_in|logged_in|credential*|account|user|users|smtp|client|you|please|submission|"
    "anonymous* !$relay|$tls|$toomany|$later|authenticated_sender*|attachment*",
    0, V (SENDER_REJECTED), "sender-proof-at-end" },
  { ENVELOPE, EVERY, NULL,
    "$badlogin !$relay !$nouser !recipient*|must_be_the_same|must_match",
    0, V (AUTH_FAILED), "login-refused-late" },
  { ENVELOPE, EVERY, NULL,
    "send_as|send_on_behalf|sendas|sendasdenied*|not_owned|own_the|owned_by|must_match|must_equal|"
    "must_be_same|must_be_the_same|must_be_equal|masquerad*|forging|forged|same_as|"
    "does_not_match_auth*|doesnt_match_auth*|belong_to|belongs_to|does_not_belong|as_this_sender|"
    "not_yours|not_your|own_address|from_this_address|use_this_address|use_of_this|impersonat*|"
    "not_the_owner|mismatch|one_of_your|mail_from_is_mismatched|not_in_my_domain|"
    "not_in_our_domain !ip_address|IP !mailing_list|headers|password|authentication_required|"
    "auth_required|deliver_to",
    0, V (SENDER_REJECTED), "sender-not-owned" },
  { ENVELOPE, EVERY, NULL,
    "verification_failed_for|callback_setup|while_verifying|verify_that_the_address|"
    "verify_that_your|verify_your_address|sender_verif*|sender_address_verif*|verify_sender|"
    "verify_the_sender|verify_that_you_own|sending_address|verify_you_own",
    0, V (SENDER_REJECTED), "sender-not-verified" },
  { ENVELOPE, EVERY, NULL,
    "your_domain|your_email_domain|your_mail_domain $unknown|resolve|resolved|cannot|authori*|"
    "does_not|doesnt|not_allowed !$client|$blocklist|$auth|$relay",
    0, V (SENDER_REJECTED), "sender-domain" },
  { ENVELOPE, EVERY, NULL,
    "!only $sender|from username_ADDR|login_ADDR|match_login|match_the_login|match_your_login|"
    "authenticated_user|authenticated_domain|authenticated_account|authorized_user|"
    "authorised_user|authorization_user|auth_user|logged_in_user|login_name|conform*|"
    "usuario_autenticado|utilizador_autenticado|utilisateur_authentifie|utente_autenticato|"
    "angemeldeten_benutzer|авторизованн*|登录用户 !dmarc|recipient*",
    0, V (SENDER_REJECTED), "sender-not-login" },
  { ENVELOPE, 530, 530, NULL, "$tls !$auth", 0, V (TLS_REQUIRED), "encrypt-first-not-login" },
  { ENVELOPE, 530, 530, NULL, "!$sender", 0, V (AUTH_REQUIRED), "login-first-code" },
  { ENVELOPE, EVERY, NULL,
    "anonymous*|anonyme*|anonim*|анонимн*|匿名 !proxy|ftp|list",
    0, V (AUTH_REQUIRED), "not-anonymously" },
  { ENVELOPE | IN (GREETING), EVERY, NULL,
    "authenticated_user*|authorized_user*|authorised_user*|registered_user*|authenticated_client*|"
    "authenticated_sender* only|exclusively|just",
    0, V (AUTH_REQUIRED), "logged-in-only" },
  { ENVELOPE, EVERY, NULL,
    "group|mailing_list|private_list|distribution_list|members|subscribers|post|posting|"
    "member_of_the_list|member_of_this_list|list_member|list_members|groupforsender sender*|"
    "members|member|posting|only|restrict*|permission*|access $deny|$not|only|restrict*|required|"
    "$notin !$blocklist|block_list|allowed_list|closed_user_group",
    0, V (SENDER_REJECTED), "group-is-closed" },
  { ENVELOPE, EVERY, NULL,
    "may_not_post|use_this_list|to_this_list|post_here|to_post|post_to|not_subscribed|"
    "not_a_subscriber $deny|$not|may_not_post",
    0, V (SENDER_REJECTED), "may-not-post" },
  { ENVELOPE, EVERY, NULL,
    "$notin !mailing_list|group|no_login_for|no_login_since|range|quarantine", 0, V (AUTH_REQUIRED),
    "not-logged-in" },
  { ENVELOPE | IN (GREETING), EVERY, NULL,
    "$auth|password $need|to_send|after|only|then|local_user_only|local_users_only !already|"
    "attachment*|users_are_not_allowed|can_receive|receive_mail_again|reactivate|receiving "
    "!invalid_auth|$unknown|ptr",
    0, V (AUTH_REQUIRED), "login-first" },
  { ENVELOPE, PERMANENT, NULL,
    "smtp $auth !$badlogin !mechanism*|$sender|already",
    0, V (AUTH_REQUIRED), "login-for-smtp" },
  { ENVELOPE, PERMANENT, "x.7.57", NULL, 0, V (AUTH_REQUIRED), "login-first-status" },
  { ENVELOPE, PERMANENT, NULL,
    "client permission* submit|relay*",
    0, V (AUTH_REQUIRED), "submission-not-permitted" },

  /* ---- sizes and space ----------------------------------------------------------------------- */
  { IN (DATA) | IN (EOD) | IN (UNKNOWN), EVERY, NULL,
    "header_line|headers_too|header_too|header_size|headers_size|line_too_long|line_is_too_long|"
    "line_length|lines_too_long",
    0, V (CONTENT_REJECTED), "form-of-lines" },
  { ENVELOPE, EVERY, NULL,
    "mailsize|messagesize|msg_size|size_greater|NUM_bytes_long|length_of_data|data_length|data_size|message_too|mail_too|email_too|mb|"
    "kb|megabytes|kilobytes|bigger|larger|gross|volumineux|too_large|too_big|too_long|"
    "message_size|mail_size|email_size|size_limit*|exceeds_the_maximum|exceeds_maximum|"
    "size_exceed*|maximum_size|declared_size|size_above|max_size|fixed_limit|fixed_maximum|"
    "databytes|message_length|maximum_message|max_message_size|exceeds_size|inbound_message_size|"
    "exceeded_maximum|administrative_limit|zu_gross|zu_gro|grosse|nachrichtengross*|taille|"
    "trop_gros*|trop_volumineux|tamano|tamanho|dimension*|troppo_grande|te_groot|rozmiar|za_duza|"
    "za_duzy|prilis_velk*|for_stor|слишком_большо*|размер*|过大|太大|过长|大小|大きすぎ|サイズ $message|size|"
    "limit|taille|tamano|tamanho|rozmiar|размер*|大小|サイズ !count_limit|mailbox_size|mailbox_full|"
    "quota",
    0, V (MESSAGE_TOO_LARGE), "message-size" },
  { ENVELOPE, PERMANENT, "x.3.4 x.2.3 x.7.16", "!content|attachment*|$policy",
    0, V (MESSAGE_TOO_LARGE), "message-size-status" },
  { ENVELOPE, EVERY, "x.2.2", NULL, 0, V (MAILBOX_FULL), "mailbox-full-status" },
  { ENVELOPE | OPENING, EVERY, NULL,
    "insufficient_system|insufficient_disk|insufficient_storage|system_storage|system_full|"
    "mail_system_full|out_of_disk|disk_full|no_space_left|not_enough_disk|low_on_disk|queue_full|"
    "disk_too_full|spool_full|spool_is_full|spool_disk|partition_full|filesystem_full|"
    "file_system_full|insufficient_queue|not_sufficient_disk|insufficient_space|"
    "insufficient_system_storage !$recipient !quota",
    0, V (SERVER_STORAGE), "server-full" },
  { ENVELOPE | OPENING, EVERY, NULL,
    "$full disk|disks|device|spool|volume|partition|filesystem|disco|dispositivo|festplatte|"
    "disque|dysk*|schijf|диск* !$recipient !quota",
    0, V (SERVER_STORAGE), "disk-full" },
  { ENVELOPE | OPENING, EVERY, NULL,
    "space|storage|speicherplatz|espace|espacio|espaco|spazio|miejsca|места $server $not|"
    "insufficient|exceeded|out_of|exhausted !$recipient !quota",
    0, V (SERVER_STORAGE), "server-without-space" },
  { ENVELOPE, EVERY, NULL,
    "$recipient room|space|stored|storage|miejsca|места|espacio|espaco|espace|place|platz|空间 $not|"
    "$toomany|out_of|ran_out|insufficient|недостаточно !in_this_space|service",
    0, V (MAILBOX_FULL), "mailbox-without-space" },
  { ENVELOPE, EVERY, NULL,
    "$full !queue_quota|daily_quota|sending",
    0, V (MAILBOX_FULL), "mailbox-full" },

  { ENVELOPE, 534, 535, NULL, NULL, 0, V (AUTH_FAILED), "login-refused-code-late" },

  /* ---- the reputation of the client, before what is said about its messages ------------------ */
  { ANY_PHASE, EVERY, NULL,
    "$badhost $deny|insufficient|low|too_low|poor|bad|spam*|suspicious|blocked|unsolicited|from",
    0, V (CLIENT_BLOCKED), "client-reputation" },

  /* ---- what the message is ------------------------------------------------------------------- */
  { IN (EOD) | IN (DATA) | IN (UNKNOWN) | IN (RCPT), EVERY, NULL,
    "anhang|anhange|anhaenge|piece_jointe|pieces_jointes|adjunto|adjuntos|anexo|anexos|allegato|"
    "allegati|bijlage|zalacznik*|вложен*|附件|添付|header_missing|missing_header|no_from_header|"
    "from_missing|virus*|malware|infected|worm|trojan|phish*|spamassassin|spam_score|"
    "spam_detected|spam_message|spam_filter|spamfilter|spam_content|as_spam|is_spam|be_spam|"
    "like_spam|spam_like|suspected_spam|suspicion_of_spam|junk|ube|unsolicited|bulk_mail|"
    "banned_content|banned_file*|banned_word*|banned_attachment*|eingebettet*|embedded_image*|"
    "html_mail|html_message|contains_a_banned|contains_banned|attachment*|message_content|"
    "mail_content|content_reject*|rejecting_content|content_filter|message_filter*|content_denied|"
    "objectionable|suspicious|executable*|malicious|zip|archive|archives|password_protected|exe|"
    "rfc_NUM_compliant|not_rfc|rfc_compliant|rfc_violation|bare_lf|bare_lfs|bare_line|"
    "bare_newline|bare_newlines|stray_newline|duplicate_header*|multiple_addresses|mime|scored|"
    "viren|schadsoftware|werbung|contenu|pourriel|contenido|correo_no_deseado|conteudo|contenuto|"
    "tresc|спам|спама|спамом|вирус*|содержани*|垃圾|病毒|内容|スパム|迷惑メール|ウイルス|ウィルス !unavailable !ip|ips|"
    "from_IP|IP_is|IP_has|IP_listed|IP_blocked|client_host|your_server|$badhost !$nouser",
    0, V (CONTENT_REJECTED), "content" },
  { IN (EOD) | IN (DATA) | IN (UNKNOWN), EVERY, NULL,
    "header|headers|field more_than_one|multiple|duplicate|several|twice", 0, V (CONTENT_REJECTED),
    "header-twice" },
  { IN (EOD) | IN (UNKNOWN), EVERY, NULL,
    "!client_host|spammer|spammers|to_send_from subject|its_content*|below_content|of_content|"
    "message_content*|spam*|header*|bulk|score|probability|advertis*|compliant|doesnt_conform|"
    "not_conform|not_comply !unavailable|not_available|could_not_connect|scanner_error !$badhost "
    "!ip|IP !$sender|from_header|rejected_from",
    0, V (CONTENT_REJECTED), "content-at-end" },
  { ENVELOPE, PERMANENT, "x.6.", "!$sender", 0, V (CONTENT_REJECTED), "content-status" },

  /* ---- a command that came too early --------------------------------------------------------- */
  { IN (DATA) | IN (UNKNOWN), EVERY, NULL,
    "no_valid_recipients|good_recipients|valid_recipients|need_rcpt|at_least_one",
    0, V (PROTOCOL_ERROR), "data-without-recipients" },
  { IN (DATA), EVERY, NULL, "no_recipients|no_recipient|any_recipient*", 0, V (PROTOCOL_ERROR),
    "data-for-nobody" },

  { ANY_PHASE, 555, 555, NULL, NULL, 0, V (PROTOCOL_ERROR), "parameter-code" },

  /* ---- the sender ---------------------------------------------------------------------------- */
  { ENVELOPE, EVERY, NULL,
    "$sender $deny|$unknown|$invalid|bad|not|required|blank|empty|missing|verify|verified|"
    "verification|not_resolve|unresolvable|failed|does_not|null|specified|must|bogus "
    "!from_header_missing|sender_ip|ip_of_the_sender|from_your_ip|$nouser !$badhost !range "
    "!operand|syntax_should|client_ip",
    0, V (SENDER_REJECTED), "sender" },
  { ENVELOPE, EVERY, NULL,
    "send_messages_from|send_message_from|send_mail_from|send_email_from|send_emails_from|"
    "send_from|send_mail_for|send_email_for|mail_for_domain $deny ADDR|HOST|domain",
    0, V (SENDER_REJECTED), "sender-not-from-there" },
  { ENVELOPE, EVERY, "x.1.7-8 x.2.252 x.7.60 x.7.124 x.7.129 x.7.133-136 x.7.750",
    "!client_ip|ip_address",
    0, V (SENDER_REJECTED), "sender-status" },
  { ENVELOPE, EVERY, NULL,
    "not_allowed_to_send|not_permitted_to_send|not_authorized_to_send|not_authorised_to_send|"
    "not_have_permission|no_permission|without_permission|not_verified|identity|identities|"
    "email_address_is_not_verified|not_a_registered_gateway|closed_user_group|envelope_blocked|"
    "blank_from !IP|directly|ip_youre",
    0, V (SENDER_REJECTED), "sender-may-not" },

  { IN (RCPT), 500, 504, NULL,
    "could_not_parse|cannot_parse !address", 0, V (PROTOCOL_ERROR),
    "command-unreadable" },
  { ENVELOPE, EVERY, NULL,
    "recipient*|destination|rcpt|to_address|forward_path|local_part|domain_literal|literal|"
    "address malformed|improper|empty|blank|not_well_formed|unparsable|unparseable|domain_name|"
    "missing|needs_a_domain|parse|too_long|literal|literals|null|not_allowed_here|invalid_char* "
    "!$sender|$nouser|mx",
    0, V (RECIPIENT_INVALID), "recipient-malformed" },

  { ENVELOPE, EVERY, NULL,
    "not_want|doesnt_want|dont_want|reject_list|user_reject|user_block*|recipient_preferences|"
    "recipient_block*|blocked_by_recipient|blocked_by_user|blocked_you|has_blocked|"
    "blocked_by_the_recipient $recipient|your|you|messages",
    0, V (SENDER_REJECTED), "unwanted-by-recipient" },
  { ENVELOPE, EVERY, NULL,
    "bestimmten|specific|specified|certain|approved|known|whitelisted|authorized|authorised "
    "$address|senders|sender|contacts only|nur !$auth",
    0, V (SENDER_REJECTED), "known-senders-only" },
  { ENVELOPE, EVERY, NULL,
    "external_senders|external_mail|external_email|external_addresses|outside_senders|"
    "internal_mail|internal_group|internal_use|internal_messages|internal_senders|inside_senders "
    "only|no|not|from_outside !$relay|limit*|check",
    0, V (SENDER_REJECTED), "insiders-only" },
  { ENVELOPE, EVERY, NULL,
    "sandbox|demo_domain|demo_domains|test_mode|testing_emails|test_emails|account_owner|"
    "account_owners $sending|only",
    0, V (SENDER_REJECTED), "account-on-trial" },
  { IN (MAIL), EVERY, NULL,
    "$sender mailbox|account|local|domain unavailable|not_available|non_local|is_local|is_a_local|"
    "local_account|is_non",
    0, V (SENDER_REJECTED), "sender-account" },

  /* ---- where the recipient lives ------------------------------------------------------------- */
  { IN (MAIL), EVERY, NULL,
    "$nodomain|dns|no_mx !$client|$blocklist", 0, V (SENDER_REJECTED),
    "sender-domain-unknown" },
  { ENVELOPE & ~IN (MAIL), EVERY, NULL,
    "$nodomain !$sender|allowed_list|not_in_the_list|not_allowed !user_unknown|found_at|"
    "unverified_address !client_host !rejected_by|policy|not_a_valid_rfc",
    0, V (REMOTE_UNREACHABLE), "recipient-domain" },

  { ENVELOPE & ~IN (MAIL), EVERY, NULL,
    "does_not_accept_mail|doesnt_accept_mail|does_not_accept_email|not_accept_mail|"
    "accepts_no_mail|takes_no_mail domain|host|HOST|null_mx|nullmx !$sender !mailbox*|user*|"
    "recipient|account* !server|this_host",
    0, V (REMOTE_UNREACHABLE), "domain-takes-no-mail" },
  { IN (RCPT) | IN (UNKNOWN), EVERY, NULL,
    "HOST|domain|domains cannot_resolve|cant_resolve|unable_to_resolve|could_not_resolve|"
    "couldnt_resolve|not_resolve|failed_to_resolve|not_resolvable|unresolvable !$client|$sender|"
    "your_domain|your_hostname",
    0, V (REMOTE_UNREACHABLE), "recipient-domain-unresolved" },
  { IN (CONNECT) | IN (UNKNOWN), EVERY, NULL,
    "giving_up|gave_up|delivery_attempts|not_yet_been_delivered|multiple_retries|"
    "lost_connection_with|connect_to_HOST|conversation_with|host_lookup !$blocklist|$badhost|"
    "$policy|$relay|your_connection",
    0, V (REMOTE_UNREACHABLE), "delivery-given-up" },
  { IN (UNKNOWN), EVERY, NULL, "domain not_accepting|not_accept !$sender|$client|not_allowed", 0,
    V (REMOTE_UNREACHABLE), "domain-accepts-nothing" },
  { IN (RCPT) | IN (UNKNOWN), 556, 556, NULL, NULL, 0, V (REMOTE_UNREACHABLE), "takes-no-mail" },

  /* ---- the recipient ------------------------------------------------------------------------- */
  { IN (MAIL), EVERY, NULL,
    "user|mailbox|account $unknown !$later",
    0, V (SENDER_REJECTED), "sender-has-no-mailbox" },
  { IN (MAIL), PERMANENT, NULL,
    "$address|$recipient $deny|$invalid|$unknown|required|qualified !$client",
    0, V (SENDER_REJECTED), "sender-form" },
  { IN (EOD), EVERY, NULL,
    "domain $unknown !$recipient|user|account|mailbox*", 0, V (SENDER_REJECTED),
    "domain-of-message-unknown" },
  { ENVELOPE & ~IN (MAIL), EVERY, NULL,
    "domain|tld|host_name|domane|domaine|dominio|domein|domena|домен|域名|ドメイン $unknown|must_exist "
    "!$sender !user|mailbox|account|table|local_part|missing_domain",
    0, V (REMOTE_UNREACHABLE), "recipient-domain-unknown" },
  { ENVELOPE, TEMPORARY, NULL,
    "$recipient|address|ADDR $closed|being_moved|maintenance|unavailable|not_available|locked|"
    "in_use|busy !$unknown !service|lookup|database|directory|ldap|table|map|server|backend",
    0, V (MAILBOX_UNAVAILABLE), "mailbox-not-now" },
  { ENVELOPE, EVERY, NULL,
    "$recipient not_accepting|unavailable|not_available was_unavailable|right_now|at_this_time|"
    "at_the_moment|currently|for_now",
    0, V (MAILBOX_UNAVAILABLE), "mailbox-not-right-now" },
  { ENVELOPE, TEMPORARY, NULL,
    "unverified_address|verification_in_progress|address_verification !$sender",
    0, V (MAILBOX_UNAVAILABLE), "mailbox-not-verified-yet" },
  { ENVELOPE, EVERY, "x.1.3",
    "!$unknown|local_recipient_table|relay_recipient",
    0, V (RECIPIENT_INVALID), "recipient-form-status" },
  { ENVELOPE, EVERY, NULL,
    "$recipient|ADDR|address|addressing|rcpt syntax|not_qualified|unqualified|fully_qualified|"
    "malformed|not_a_valid_rfc|bad_address_syntax|valid_address_is|invalid_address|"
    "invalid_email_address|hostname_required|invalid_host|host_name|user_address|unbalanced|"
    "invalid_character*|illegal_character*|restricted_character*|character*|chars|bad_chars|"
    "starts_with|form_of|longer_than|no_dot|smtputf8|must_contain|domain_required|"
    "not_allowed_name|name_not_allowed|non_ascii|uucp|source_route|source_routing|percent|"
    "sign_not|missing_domain|invalid_characters_in|not_well_formed|blank_mailhost|syntaxe|"
    "sintaxis|sintaxe|sintassi|skladni|синтаксис*|格式|書式 !user_unknown|mail_from|$nouser",
    0, V (RECIPIENT_INVALID), "recipient-form" },
  { ENVELOPE & ~IN (MAIL), EVERY, "x.1.2 x.4.4 x.4.7 x.4.300-317",
    "!mailing_list|mailbox*|user*|recipient_not|the_recipient|address_not_found|host_name",
    0, V (REMOTE_UNREACHABLE), "recipient-domain-status" },
  { ENVELOPE, EVERY, NULL,
    "$recipient|$address|destination $unknown|$closed|cannot_receive|not_accept|isnt_accepting|"
    "not_accepting !no_such_command|service !temporar*|client_host|ip",
    0, V (RECIPIENT_UNKNOWN), "recipient-not-there" },
  { ENVELOPE & ~IN (MAIL), EVERY, NULL,
    "$recipient|rcpt|destination not_authorized_to_receive|$invalid|rejected|refused|refuses|work|"
    "works|working",
    0, V (RECIPIENT_UNKNOWN), "recipient-refused" },
  { ENVELOPE, EVERY, NULL,
    "$address|mail_to_ADDR|email_to_ADDR|message_to_ADDR|delivery_to_ADDR $deny|$invalid|"
    "not_in_use|not_work|doesnt_work|no_longer !IP|ip|ips",
    0, V (RECIPIENT_UNKNOWN), "address-refused" },
  { ENVELOPE, EVERY, NULL,
    "such user|users|mailbox|recipient|account|person|name|address|alias",
    0, V (RECIPIENT_UNKNOWN), "no-such-one" },
  { ENVELOPE, EVERY, NULL,
    "email_not_exist|mail_not_exist|no_such|extended_inactivity|due_to_inactivity|"
    "receiving_disabled|no_recipients_for|no_recipient_for|by_that_name|by_this_name|name_here|"
    "nobody|niemand|nadie|nessuno|ninguem|nikt|никто|no_person|not_known|retired|passed_away|"
    "not_accept_incoming|not_deliverable|unrouteable|unroutable|not_our_customer|not_our_user|"
    "not_local|badrcptto|recipnotfound|recipientnotfound|no_longer_valid|nobody_here|"
    "gibt_es_nicht|unbekannt !no_such_command|unknown_command|verb|parameter",
    0, V (RECIPIENT_UNKNOWN), "nobody-there" },
  { ENVELOPE & ~IN (MAIL), PERMANENT, "x.1.0-1 x.1.6 x.1.10 x.2.1 x.1.351 x.7.13",
    "!$policy",
    0, V (RECIPIENT_UNKNOWN), "recipient-status" },
  { IN (RCPT) | IN (UNKNOWN), TEMPORARY, "x.1.1 x.2.0-1", NULL,
    0, V (MAILBOX_UNAVAILABLE), "mailbox-status-later" },
  { ENVELOPE, TEMPORARY, NULL,
    "$recipient $later !service|server|system|timeout",
    0, V (MAILBOX_UNAVAILABLE), "mailbox-later" },

  { IN (RCPT) | IN (UNKNOWN), PERMANENT, NULL,
    "$relay !relay_IP|relay_HOST|relay_limit|relay_quota !$client|$badhost|$recipient|spam*",
    0, V (RELAY_DENIED), "relaying-mentioned" },

  { IN (MAIL) | IN (RCPT) | IN (UNKNOWN), 571, 571, NULL, "!$auth", 0, V (RELAY_DENIED),
    "delivery-not-authorized-code" },
  { ENVELOPE, 513, 513, NULL, NULL, 0, V (RELAY_DENIED), "relaying-code" },

  /* ---- refused beside a recipient of the server itself that was taken: so relaying looks ----- */
  { IN (RCPT), 550, 554, NULL,
    "access_denied|not_permitted|not_allowed|not_authorized|rejected|refused|blocked|$policy "
    "!$recipient !$sender",
    RULE_NOT_LOGGED_IN | RULE_OTHER_TAKEN, V (RELAY_DENIED), "refused-beside-local" },

  /* ---- this client --------------------------------------------------------------------------- */
  { ANY_PHASE, EVERY, NULL,
    "name_lookup|ip_name|your_name|your_hostname|find_your|client_ip|host_name|hostname "
    "does_not_resolve|not_resolve|unresolvable|failed|cannot|not_found|lookup|mismatch* "
    "!relaying_denied !$recipient",
    0, V (PTR_REQUIRED), "client-name" },
  { OPENING | IN (MAIL) | IN (RCPT) | IN (UNKNOWN), EVERY, NULL,
    "$client|server|servers|your name|names dns !name_server|mx|$sender|domain|recipient", 0,
    V (PTR_REQUIRED), "client-name-in-dns" },
  { ANY_PHASE, EVERY, NULL,
    "no_hostname|pointer_record|name_of_IP|resolve_IP|hostname_for|name_for_your|name_for_IP|"
    "resolved_ip|unresolved_ip|mismatches_client|unverifyable_CLIENT|dns_name_from_your",
    0, V (PTR_REQUIRED), "client-name-mismatch" },
  { ANY_PHASE, PERMANENT, NULL,
    "$client $deny|permanently_deferred|no_access|invalid_ip|not_currently|not_accepting|listed|spam*|abuse|abusive|"
    "banned|go_away|not_welcome|whitelist|bypass* !$later",
    0, V (CLIENT_BLOCKED), "client-refused" },
  { ANY_PHASE, TEMPORARY, NULL, "CLIENT|IP not_accepting|not_welcome|probation", 0,
    V (CLIENT_BLOCKED), "address-not-for-now" },
  { ANY_PHASE, TEMPORARY, NULL,
    "$client register|registered|filtered|whitelist|banned|blocked|not_allowed|not_accepted|"
    "prohibited|unsolicited|rejected|denied|refused",
    0, V (CLIENT_BLOCKED), "client-refused-for-now" },
  { IN (RCPT) | IN (UNKNOWN), 550, 599, NULL,
    "$unknown !unknown_error|$client|$sender|$relay|$badhost|command|ptr|rdns|diagnostic",
    0, V (RECIPIENT_UNKNOWN), "something-unknown" },
  { IN (RCPT), 550, 559, NULL,
    "dns|mx|mail_server_for|mail_exchanger HOST $not|cannot_find !$client|your_hostname|your_host",
    0,
    V (REMOTE_UNREACHABLE), "recipient-domain-not-found" },
  { IN (RCPT), 550, 559, NULL, "$address $not !$client|IP", 0, V (RECIPIENT_UNKNOWN),
    "address-not-so" },
  { OPENING | IN (MAIL) | IN (RCPT) | IN (UNKNOWN), EVERY, NULL,
    "spammer|spammers|spamming|of_your_spam|much_spam|sending_spam|sends_spam|send_spam|"
    "spam_source",
    0, V (CLIENT_BLOCKED), "spammers-not-welcome" },
  { ANY_PHASE, PERMANENT, "x.7.25", NULL, 0, V (PTR_REQUIRED), "reverse-name-status" },
  { IN (EOD), PERMANENT, NULL, "$message $denied !$client", 0, V (CONTENT_REJECTED),
    "message-denied-at-end" },
  { IN (EOD) | IN (DATA) | IN (UNKNOWN), PERMANENT, NULL,
    "$policy|rejectmessage|message_not_allowed|message_refused|message_rejected|mail_rejected|mail_refused|"
    "message_not_accepted|email_rejected|message_blocked",
    0, V (CONTENT_REJECTED), "message-refused" },
  { OPENING | IN (MAIL) | IN (RCPT), TEMPORARY, NULL,
    "$policy reject|rejection|abuse|rejected|refused|denied|violation*|blocked !$later",
    0, V (CLIENT_BLOCKED), "refused-by-policy-for-now" },
  { ENVELOPE, PERMANENT, NULL,
    "RECIPIENTREJECTED !$policy|internal|not_authorized", 0, V (RECIPIENT_UNKNOWN),
    "recipient-rejected-by-check" },
  { ENVELOPE | OPENING, PERMANENT, NULL,
    "access_denied|insufficient_authorization|access_list|access_rule|firewall|not_accepting|"
    "blocked|go_away|$policy !to_receive",
    0, V (CLIENT_BLOCKED), "access-denied" },

  /* ---- commands ------------------------------------------------------------------------------ */
  { ANY_PHASE, EVERY, NULL,
    "protocol_deviation|parse_error|line_parse|bad_sequence|need_mail|need_rcpt|pipelining|smtplf|"
    "syntax_error|invalid_syntax|synchronization|unrecognized_command|command_not",
    0, V (PROTOCOL_ERROR), "command-order" },
  { IN (MAIL), 501, 501, NULL,
    "ADDR|address|domain !operand|command|junk|after_address",
    0, V (SENDER_REJECTED), "sender-form-code" },
  { IN (RCPT), 501, 501, NULL,
    "ADDR|address|domain|recipient|expected_after",
    0, V (RECIPIENT_INVALID), "recipient-form-code" },
  { ANY_PHASE, 500, 504, NULL, "!database|backend|internal_server_error", 0, V (PROTOCOL_ERROR), "command-code" },

  /* ---- the server ---------------------------------------------------------------------------- */
  { ANY_PHASE, EVERY, NULL,
    "configuration*|config|misconfig*",
    0, V (SERVER_ERROR), "server-configuration" },
  { ENVELOPE, PERMANENT, NULL,
    "service_unavailable|service_currently|service_not_available|service_is_unavailable|"
    "service_is_currently|mail_server_permanently !$client",
    0, V (SERVER_ERROR), "service-unavailable" },
  { ANY_PHASE, PERMANENT, NULL,
    "database|backend|internal_error|unable_to_transfer|internal_server|transaction_failed|"
    "transaction_aborted|system_error|could_not_be_saved|could_not_store|could_not_save|"
    "could_not_write|could_not_queue|could_not_process|could_not_deliver|cannot_store|"
    "cannot_create|cant_create|could_not_create|unable_to_create|cannot_save|cannot_write|"
    "unable_to_store|unable_to_save|unable_to_write|unable_to_queue|unable_to_process|"
    "unable_to_deliver|failed_to_process|failed_to_store|local_error|disk_error|lookup_failure|"
    "unexpected_error|unexpected_failure|crashed|error_while|while_storing|exited_with|"
    "internal_fault|internal_failure|unknown_reason|server_error",
    0, V (SERVER_ERROR), "server-broken" },
  { ANY_PHASE, EVERY, "x.3.5 x.4.6", NULL, 0, V (SERVER_ERROR), "server-error-status" },
  { ENVELOPE, EVERY, "x.4.1-3",
    "!timeout|rejected|server",
    0, V (REMOTE_UNREACHABLE), "connection-status" },

  /* ---- what the code alone suggests ---------------------------------------------------------- */
  { OPENING, PERMANENT, NULL, NULL, 0, V (CLIENT_BLOCKED), "default-greeting-refused" },
  { IN (RCPT), 450, 450, NULL,
    "!failure|error|server|service|system|resources",
    0, V (MAILBOX_UNAVAILABLE), "default-mailbox-later" },
  { IN (RCPT), 452, 452, "x.5.3", NULL, 0, V (TOO_MANY_RECIPIENTS), "default-many-recipients" },
  { ANY_PHASE, 452, 452, "x.3.1", "!$later", 0, V (SERVER_STORAGE), "default-storage" },
  { IN (DATA), TEMPORARY, NULL, "URL !$later", 0, V (PROTOCOL_ERROR), "data-form" },
  { ANY_PHASE, TEMPORARY, NULL, NULL, 0, V (SERVER_BUSY), "default-later" },
  { ENVELOPE, PERMANENT, "5.3.0", "!$recipient|$address|$sender", RULE_FEW_WORDS, V (SERVER_ERROR),
    "default-system-status" },
  { IN (EOD) | IN (DATA), 552, 552, NULL, NULL, 0, V (MESSAGE_TOO_LARGE), "default-size" },
  { IN (EOD) | IN (DATA), PERMANENT, NULL, NULL, 0, V (CONTENT_REJECTED), "default-content" },
  { IN (MAIL), PERMANENT, NULL, NULL, 0, V (SENDER_REJECTED), "default-sender" },
  { IN (RCPT) | IN (UNKNOWN), 552, 552, NULL, NULL, 0, V (MAILBOX_FULL), "default-mailbox-full" },
  { IN (RCPT) | IN (UNKNOWN), 551, 551, NULL, NULL, 0, V (RECIPIENT_UNKNOWN), "default-not-local" },
  { IN (RCPT), 550, 554, "x.7.",
    "!$recipient|$sender|CLIENT|IP|URL|ip|network|dynamic|$badhost|spam*|abus*|$closed",
    RULE_NOT_LOGGED_IN | RULE_FEW_WORDS, V (RELAY_DENIED), "default-relaying-status" },
  { IN (RCPT), 550, 554, NULL,
    "$denied !$recipient|$address|CLIENT|IP|URL",
    RULE_NOT_LOGGED_IN | RULE_FEW_WORDS, V (RELAY_DENIED), "default-relaying" },
  { IN (RCPT), 550, 554, NULL, "!CLIENT|IP|URL",
    RULE_NOT_LOGGED_IN | RULE_NO_WORDS, V (RELAY_DENIED), "default-relaying-no-words" },
  { IN (RCPT), 550, 554, NULL,
    "domain|domains|HOST $not !dns|takes_no_mail|found|route|exist*|$nodomain|$recipient|$sender|"
    "IP|URL|$badhost|spam*|$client",
    RULE_NOT_LOGGED_IN, V (RELAY_DENIED), "default-domain-not-so" },
  { IN (RCPT), 550, 554, NULL,
    "!$recipient",
    RULE_NOT_LOGGED_IN, V (CLIENT_BLOCKED), "default-refused" },
  { IN (RCPT), PERMANENT, "x.7.", NULL,
    RULE_LOGGED_IN, V (SENDER_REJECTED), "default-policy-after-login" },
  { IN (RCPT), PERMANENT, NULL, NULL, 0, V (RECIPIENT_UNKNOWN), "default-recipient" },
  { IN (UNKNOWN), 550, 599, NULL,
    "$recipient|ADDR !$message|$server|$sender|$client", 0, V (RECIPIENT_UNKNOWN),
    "default-about-recipient" },
  { IN (UNKNOWN), 550, 550, NULL, NULL, 0, V (RECIPIENT_UNKNOWN), "default-550" },
  { IN (UNKNOWN), 553, 553, NULL, NULL, 0, V (RECIPIENT_INVALID), "default-553" },
  { ANY_PHASE, EVERY, NULL, NULL, 0, V (SERVER_ERROR), "unclassified" },
};

const guint verdict_n_rules = G_N_ELEMENTS (verdict_rules);

/* No reply. Before the final dot nothing was sent, after it nobody knows. */
#define AFTER_DOT IN (EOD)

const VerdictFaultRule verdict_fault_rules[] = {
  { AFTER_DOT, SENDPATH_FAULT_LINK_LOST, V (UNCERTAIN), "end-reply-lost" },
  { AFTER_DOT, SENDPATH_FAULT_PROTOCOL, V (UNCERTAIN), "end-reply-garbled" },
  { AFTER_DOT, SENDPATH_FAULT_CANCELLED, V (UNCERTAIN), "end-reply-not-awaited" },
  { ANY_PHASE, SENDPATH_FAULT_OFFLINE, V (OFFLINE), "no-network" },
  { ANY_PHASE, SENDPATH_FAULT_PORTAL, V (PORTAL), "sign-in-page" },
  { ANY_PHASE, SENDPATH_FAULT_HOST_NOT_FOUND, V (HOST_NOT_FOUND), "no-such-server" },
  { ANY_PHASE, SENDPATH_FAULT_UNREACHABLE, V (UNREACHABLE), "no-connection" },
  { ANY_PHASE, SENDPATH_FAULT_TLS, V (TLS_FAILED), "tls-not-trusted" },
  { ANY_PHASE, SENDPATH_FAULT_TLS_MISSING, V (TLS_FAILED), "tls-not-offered" },
  { ANY_PHASE, SENDPATH_FAULT_STRIPPED, V (TLS_FAILED), "tls-stripped" },
  { ANY_PHASE, SENDPATH_FAULT_INTERCEPTED, V (TLS_FAILED), "intercepted" },
  { ANY_PHASE, SENDPATH_FAULT_LINK_LOST, V (CONNECTION_LOST), "link-lost" },
  { ANY_PHASE, SENDPATH_FAULT_PROTOCOL, V (PROTOCOL_ERROR), "not-a-mail-server" },
  { ANY_PHASE, SENDPATH_FAULT_NO_CREDENTIAL, V (NO_CREDENTIAL), "no-password" },
  /* The password is there, this server has no safe way to take it: another endpoint may have. */
  { ANY_PHASE, SENDPATH_FAULT_NO_MECHANISM, V (PROTOCOL_ERROR), "no-login-mechanism" },
  { ANY_PHASE, SENDPATH_FAULT_TOO_LARGE, V (MESSAGE_TOO_LARGE), "over-announced-size" },
  /* Another server may take the message as it is; it must not be changed. */
  { ANY_PHASE, SENDPATH_FAULT_NO_8BITMIME, V (PROTOCOL_ERROR), "no-8bit" },
  { ANY_PHASE, SENDPATH_FAULT_NO_SMTPUTF8, V (RECIPIENT_INVALID), "no-utf8-address" },
  { ANY_PHASE, SENDPATH_FAULT_BAD_ADDRESS, V (RECIPIENT_INVALID), "address-not-sendable" },
  { ANY_PHASE, SENDPATH_FAULT_CANCELLED, V (CONNECTION_LOST), "cancelled" },
  { ANY_PHASE, SENDPATH_FAULT_NETWORK_LEFT, V (CONNECTION_LOST), "network-changed" },
  /* FAULT_LOCAL: nothing was sent, and nothing is wrong with the server. */
  { ANY_PHASE, SENDPATH_FAULT_LOCAL, V (CONNECTION_LOST), "not-recorded" },
};

const guint verdict_n_fault_rules = G_N_ELEMENTS (verdict_fault_rules);
