/* verdict-words: lists of words that mean the same, in the languages that servers answer in. The
 * rules (verdict-rules.c) refer to a list as `$name`. No list knows what a rule makes of it.
 *
 * Case and accents do not count; a letter that came in an unknown encoding is a gap (`empf_nger`).
 * One language after the other: English, German, French, Spanish, Portuguese, Italian, Dutch,
 * Polish, Czech, Scandinavian, Russian, Chinese, Japanese, Korean. */
#include "config.h"

#include "sendpath/verdict/verdict-rules.h"

/* Longest first: a phrase here hides the shorter ones in it, and its words from the lists below. */
const VerdictIdiom verdict_idioms[] = {
  /* who the client is, said with the word for something else */
  { "CLIENT",
    "absender_ip|absender_ip_adresse|absenderip|sender_ip|senders_ip|sender_ips|sender_ip_address|"
    "ip_of_the_sender|ip_address_of_the_sender|sender_host|sender_server|sender_mta|"
    "sender_network|sending_ip|sending_ips|sending_ip_address|sending_host|sending_server|"
    "sending_mta|sending_mail_server|sending_system|sending_network|mail_from_IP|mails_from_IP|"
    "mail_from_your_ip|mail_from_your_network|mail_from_your_server|mail_from_your_host|"
    "mail_from_your_provider|mail_from_your_isp|mail_from_outside|mail_from_your_location|"
    "mail_from_this_ip|mail_from_this_host|mail_from_this_server|mail_from_this_network|"
    "mail_from_the_ip|mail_from_dynamic|email_from_IP|message_from_IP|messages_from_IP" },
  { "BUSY", "not_ready|not_responding|not_running" },
  { "PROGRAM",
    "mail_client|email_client|mail_program|email_program|mail_software|email_software|"
    "mail_clients|email_clients|mail_application|email_application|client_software" },
  /* lists that are named after what is on them, and tables after what they are for */
  { "LIST",
    "open_relay_list|open_relays_list|open_relay_database|open_relay_db|list_of_open_relays|"
    "relay_spam_stopper|open_relay_block*|open_relay_black*|known_open_relay|known_open_relays" },
  { "TABLE",
    "relay_recipient_table|relay_recipient_maps|local_recipient_table|virtual_mailbox_table|"
    "virtual_alias_table|recipient_table" },
  /* Postfix names the check that refused, and then the reason: the reason decides. */
  { "RECIPIENTREJECTED", "recipient_address_rejected" },
  { "PURPOSE",
    "to_protect_our_users_from_spam|protect_our_users_from_spam|to_best_protect_our_users|"
    "to_protect_our_users|protect_our_users|protect_our_customers|to_reduce_the_amount_of_spam|"
    "reduce_the_amount_of_spam" },
  /* a relay that is a server on the way, not what is asked of this one */
  { "HOP",
    "next_relay|upstream_relay|upstream_relays|internal_relay|internal_relay_host|inner_relay|"
    "backend_relay|outbound_relay|outgoing_relay|relay_behind|relay_lookup|relay_route|"
    "relay_routes|relay_known" },
  { "MESSAGE", "message_relayed|mail_relayed|relayed_message|relayed_mail" },
  { "HELP",
    "contact_your_administrator|contact_your_system_administrator|contact_your_mail_administrator|"
    "contact_your_email_administrator|contact_your_network_administrator|contact_the_recipient|"
    "contact_your_recipient|contact_recipient|contact_postmaster|contact_the_postmaster|"
    "contact_the_administrator|contact_the_mail_administrator|contact_support|please_contact|"
    "please_visit|please_see|please_refer|please_report|for_more_information|"
    "removal_from_this_list|removed_from_this_list|delisted_from_this_list" },
  /* what a log or a report adds behind the reply */
  { "PLACE", "in_reply_to_mail_from_command|in_reply_to_mail_from", SENDPATH_PHASE_MAIL },
  { "PLACE", "in_reply_to_rcpt_to_command|in_reply_to_rcpt_to|rcpt_to_command",
    SENDPATH_PHASE_RCPT },
  { "PLACE", "in_reply_to_data_command", SENDPATH_PHASE_DATA },
  { "PLACE", "in_reply_to_end_of_data_command|in_reply_to_end_of_data", SENDPATH_PHASE_EOD },
};

const guint verdict_n_idioms = G_N_ELEMENTS (verdict_idioms);

const VerdictWords verdict_words[] = {
  /* ---- who and what -------------------------------------------------------------------------- */
  { "relay",
    "relay*|relai*|non_local_domain*|non_local_recipient*|weiterleit*|weitergeleitet|retransmi*|"
    "reenvi*|reencaminha*|inoltr*|doorstur*|doorgestuur*|przekaz*|przesylan*|videresend*|"
    "vidarebefordr*|preposil*|релеинг*|релей*|релэй*|ретрансл*|пересыл*|中继|中繼|转发|轉發|轉寄|リレー|中継|"
    "chukei|chuukei|rire|릴레이*|중계*" },
  { "recipient",
    "empf_nger*|buz_n|u_ytkownik*|recipient*|rcpt|user|users|username|mailbox*|mbox|addressee*|"
    "account*|alias|inbox|email_address|destination_address|учетная_запись|учетной_записи|"
    "to_address|local_part|customer|subscriber|person|persona|employee|userid*|useraccount*|"
    "mailaccount*|emailaccount*|directory|ldap|mail_box|no_one_at|konta|casilla*|destin|"
    "empfanger*|empfaenger*|benutzer*|nutzer|postfach*|mailkonto|destinataire*|boite*|"
    "utilisateur*|compte|destinatari*|usuari*|buzon*|cuenta|conta|caixa_postal|caixa_de_correio|"
    "caixa|utente|utenti|casella*|ontvanger*|geadresseerde*|gebruiker*|postbus|mailbus|odbiorc*|"
    "adresat*|uzytkownik*|skrzynk*|konto|prijemc*|uzivatel*|schrank*|mottagar*|modtager*|"
    "mottaker*|anvandar*|bruger*|brevlada|postkasse|получател*|адресат*|пользовател*|ящик*|"
    "χρηστη*|korisnik|uporabnik|收件人|收件者|用户|用戶|使用者|邮箱|郵箱|信箱|felhaszn*|cimzett*|kullanici*|alici*|"
    "utilizator*|vastaanottaj*|kayttaja*|사용자*|수신자*|메일함*|계정*|受信者|宛先|ユーザ|ユーザー|メールボックス|アカウント|atesaki|"
    "yuza|yuuza" },
  { "address",
    "address*|mailaddress*|emailaddress*|mailadress*|emailadress*|adress*|adres|direccion*|"
    "endereco*|indirizz*|local_part|адрес*|地址|アドレス|adoresu" },
  { "sender",
    "sender*|sending_address|mail_from_ADDR|mail_from_HOST|mail_from_address*|mail_from_domain*|"
    "mail_from_is|mail_from_must|mail_from_rejected|mail_from_denied|mail_from_not|"
    "mail_from_refused|mail_from_mailbox|mail_from_invalid|mail_from_name|mail_from_null|"
    "mail_from_empty|mail_from_field|mail_from_parameter|mail_from_command|in_mail_from|"
    "your_mail_from|the_mail_from|a_mail_from|invalid_mail_from|mail_from_your_address|"
    "mail_from_your_domain|mail_from_your_email|mail_from_this_sender|mail_from_this_address|"
    "mail_from_this_domain|mail_from_that|mail_from_account|bogus_mail_from|bad_mail_from|"
    "mailfrom|mfrom|envelope_from|from_address|from_addresses|from_domain|from_header|header_from|"
    "from_field|sending_domain|return_path|return_email|return_address|reverse_path|originator|"
    "purported_responsible|absender*|expediteur*|emetteur*|remitente*|remetente*|mittente*|"
    "afzender*|nadawc*|odesilatel*|avsandar*|afsender*|отправител*|发件人|發件人|发信人|寄件人|寄件者|寄件|差出人|送信者|"
    "送信元|sashidashinin|soshinsha|soushinsha|okurinushi" },
  { "domain",
    "domain*|host|hosts|hostname|zone|mx|mx_record|mx_records|domane|domaene|dominio*|domein|"
    "domen*|домен*|域名|域|ドメイン" },
  { "client",
    "CLIENT|client*|ip|IP|ips|remotehost|remote_host|your_access|ip_address*|ipaddress|sending_ip|"
    "network|connection*|connecting|server_ip|your_server|your_host|sending_server|sending_host|"
    "your_mail_server|mta|range|ip_adresse|adresse_ip|direccion_ip|endereco_ip|indirizzo_ip|"
    "ip_adres|adres_ip|serwer|ip_адрес*|客户端|客戶端|クライアント" },
  { "message",
    "message*|mail|email*|content*|msg|letter|body|header*|attachment*|nachricht*|mails|inhalt*|"
    "contenu|courriel|courrier|mensaje*|correo*|mensagem|mensagens|conteudo|messaggi*|contenuto|"
    "bericht*|wiadomosc*|tresc|zprav*|meddelande*|сообщени*|письм*|邮件|郵件|信件|内容|メール|メッセージ" },
  { "server",
    "server|servers|service*|system|serveur|servidor|servico|servicio|serviz*|serwer|dienst|"
    "сервер*|сервис*|服务器|伺服器|服务|サーバ|サーバー" },

  { "elsewhere",
    "for_customers|customers_of|our_subscribers|our_clients|from_within_our|other_systems|"
    "remote_systems|internet_mail|exterieur|al_exterior|all_esterno|na_zewnatrz|nach_extern|"
    "внешн*|our_own_network|own_network_only|our_network_only|outside_world|to_outside|"
    "outside_host*|outside_address*|for_our_users|only_our_users|our_users_only|our_users_may|"
    "for_our_customers|only_our_customers|our_customers_only|send_outside|public_mail_server|"
    "public_server|public_relay|private_server|private_mail_server|remote_user*|remote_domain*|"
    "remote_recipient*|remote_hosts|foreign_domain*|foreign_host*|other_domain*|other_host*|"
    "outside_domain*|outside_recipient*|external_domain*|external_recipient*|external_address*|"
    "external_user*|non_local*|nonlocal|third_part*|thirdparty|elsewhere|off_site|offsite|"
    "fremde_domain*|fremden_domain*|fremde_domane*|fremden_domane*|externe_domain*|"
    "externe_domane*|externe_empfanger|domaines_externes|domaine_externe|domaines_exterieurs|"
    "dominios_externos|dominio_externo|otros_dominios|outros_dominios|domini_esterni|"
    "dominio_esterno|altri_domini|andere_domeinen|externe_domein*|obcych_domen|obce_domeny|"
    "zewnetrzne_domeny|domen_zewnetrznych|zewnetrznych_domen|внешние_домены|внешних_доменов|"
    "внешний_домен|чужие_домены|сторонние_домены|外部|外域|社外" },
  { "throughus",
    "through_this|through_us|through_our|through_me|via_this|via_us|via_our|over_this_server|"
    "using_this_server|use_this_server|use_this_system|use_this_mail_server|use_our_server|"
    "use_our_mail_server|use_me|uber_diesen|ueber_diesen|uber_unseren|via_ce|par_ce_serveur|"
    "a_traves_de|atraves_deste|por_este_servidor|tramite_questo|attraverso_questo|via_deze|"
    "przez_ten|za_posrednictwem|через_этот|через_данный|通过本|透過本|このサーバ" },
  { "not",
    "inte|ej|ikke|ei|nem|no|not|dont|doesnt|wont|isnt|arent|cant|cannot|never|only|neither|kein|"
    "keine|keinen|nicht|nur|non|pas|ne|aucun|nao|solo|somente|apenas|sin|sem|senza|sans|ohne|niet|"
    "geen|alleen|nie|tylko|brak|bez|не|нет|только|без|不|没|無|未|仅|ません|nai" },
  { "sending",
    "send|sends|sent|sending|send_out|gesendet|senden|versand|versend*|versandt|verschick*|envoi|"
    "envois|envoy*|envio|envios|enviar|enviad*|invio|inviar*|inviat*|verzend*|verzonden|versturen|"
    "wysl*|wysyl*|wyslan*|отправ*|发送|发信|發送|送信|soshin|soushin" },

  /* ---- refusing ------------------------------------------------------------------------------ */
  { "deny",
    "unzul_ssig*|unerlaubt*|gesperrt|zur_ckgewiesen|n_o_permit*|n_o_autoriz*|denied|denies|deny|"
    "refus*|reject*|prohibit*|disallow*|forbid*|not_permit*|isnt_permit*|not_allow*|isnt_allow*|"
    "arent_allow*|dont_allow|doesnt_allow|not_authori*|unauthori*|not_accept*|isnt_accept*|"
    "wont_accept|cannot_accept|dont_accept|doesnt_accept|not_enabled|not_supported|unable|cannot|"
    "cant|blocked|bounced|not_welcome|verweiger*|abgelehnt|abgewiesen|ablehn*|nicht_erlaubt|"
    "nicht_gestattet|nicht_zulassig|nicht_zulaessig|unzulassig|verboten|untersagt|zuruckgewiesen|"
    "nicht_moglich|nicht_akzeptiert|nicht_angenommen|nicht_zugelassen|kein|keine|rejet*|interdit*|"
    "non_autoris*|pas_autoris*|pas_accept*|impossible|denegad*|rechazad*|rehusad*|no_permitid*|"
    "no_se_permite|no_permite|prohibid*|no_autorizad*|no_esta_autorizad*|no_aceptad*|"
    "no_esta_permitid*|no_esta_autoriz*|non_sei_autoriz*|non_siete_autoriz*|nao_esta_autoriz*|"
    "nao_tem_permissao|netes_pas_autoris*|bloquead*|negad*|recusad*|rejeitad*|nao_permit*|"
    "nao_autoriz*|proibid*|nao_aceit*|nao_e_permitid*|rifiutat*|bloccat*|respint*|negat*|"
    "non_consentit*|non_permess*|non_autorizzat*|vietat*|non_accettat*|geweigerd|niet_toegestaan|"
    "afgewezen|verboden|niet_toegelaten|niet_geaccepteerd|odrzucon*|zabronion*|odmow*|odmaw*|"
    "niedozwolon*|nie_wolno|nie_pozwala|zablokowan*|brak_zgody|nie_przyjmuje|zamitnut*|odmitnut*|"
    "zakazan*|nepovolen*|nekad*|avvisad*|ej_tillat*|inte_tillat*|afvist|ikke_tilladt|ikke_tillatt|"
    "avvist|naegtet|estetty|kielletty|elutasit*|megtagad*|reddedil*|respins*|refuzat*|запрещ*|"
    "отклонен*|отказан*|отказ|не_разреш*|отвергнут*|недопустим*|не_принима*|не_принят*|拒绝|拒絕|禁止|"
    "不允许|不允許|被拒|不接受|不支持|退回|거부*|허용되지|engedelyez*|拒否|許可され|許可しな|できません|受け付け|kyohi|kinshi|dekimasen|"
    "kyoka_sarete" },
  { "denied",
    "denied|refused|rejected|prohibited|disallowed|forbidden|not_permitted|not_allowed|"
    "not_authorized|not_authorised|unauthorized|not_accepted|blocked|verweigert|abgelehnt|"
    "abgewiesen|nicht_erlaubt|nicht_gestattet|refuse|rejete|interdit|denegado|rechazado|negado|"
    "recusado|rejeitado|rifiutato|respinto|geweigerd|odrzucono|odrzucony|zabroniony|odmowa|"
    "отклонено|отказано|запрещено|запрещен|拒绝|拒絕|拒否" },
  { "policy",
    "policy|mailpolicy|policies|administrative_prohibition|administratively|local_rule*|"
    "richtlinie*|politique|politica*|beleid|polityk*|политик*|策略|ポリシー" },

  /* ---- lists of clients ---------------------------------------------------------------------- */
  { "blocklist",
    "LIST|blacklist*|black_list*|blocklist*|block_list*|blocked_using|dnsbl*|rbl|rbls|dnsrbl|"
    "attrbl|spamhaus*|spamcop|sorbs|uceprotect|barracuda_reputation|njabl|xbl|pbl|sbl|css|"
    "denylist*|deny_list*|dns_black*|drop_list|realtime_block*|real_time_block*|abuse_list|"
    "proofpoint_dynamic|sperrliste|schwarze_liste|schwarzen_liste|liste_noire|lista_negra|"
    "listas_negras|lista_nera|zwarte_lijst|czarnej_liscie|czarna_lista|czarna_liste|черном_списке|"
    "черный_список|чёрном_списке|黑名单|黑名單|ブラックリスト|拒否リスト" },
  { "badhost",
    "bad_reputation|poor_reputation|low_reputation|poor_email_reputation|ip_reputation|reputation|"
    "senderscore|open_proxy|open_proxies|dynamic_ip*|dynamic_address*|dynamic_range|dynamic_host*|"
    "dynamically_assigned|dial_up|dialup*|residential|end_user_address*|consumer_ip|botnet|"
    "zombie*|too_many_spams_from|spam_source|spam_sources|spamming_host|banned_sending_ip|"
    "banned_sender|bad_ip|compromised_host|infected_host|geoip|geographic*|country|rejecting_open|"
    "greet_pause|dynamische_ip*|ip_dynamique|ip_dinamic*|ip_dynamiczn*|dynamiczn*|динамическ*" },

  /* ---- logging in ---------------------------------------------------------------------------- */
  { "auth",
    "auth|authent*|smtp_auth|melden_sie_sich|melde_dich|smtpauth|sasl|login|logon|log_in|"
    "logged_in|logged_on|log_on|sign_in|signed_in|credentials|username|anmeld*|angemeldet|"
    "identifi*|connectez_vous|autentic*|autentifi*|iniciar_sesion|autoryzac*|uwierzyteln*|"
    "logowan*|zalog*|aanmeld*|aangemeld|inlog*|ingelogd|prihlas*|overen*|autorizac*|autorizaz*|"
    "autorizuj*|tunnist*|logga_in|log_ind|аутентифи*|авториз*|认证|認證|验证|驗證|登录|登錄|登入|身份|認証|ログイン|"
    "ninsho|ninshou|roguin|인증*|로그인*" },
  { "need",
    "required|demands|demand|demanded|require|requires|requiring|must|need|needs|needed|first|"
    "please|mandatory|before|necessary|have_to|should|expected|enable|turn_on|check|supply|"
    "provide|erforderlich|notwendig|benotig*|mussen|muss|zuerst|bitte|vorher|notig|requis*|"
    "requier*|necessaire|obligatoire|devez|doit|veuillez|d_abord|abord|necesari*|necesita*|debe|"
    "debes|obligatori*|primero|antes|necessari*|obrigatori*|exigid*|precisa|deve|requer*|"
    "richiest*|occorre|bisogna|prima|vereist|verplicht|eerst|nodig|moet|wymagan*|wymaga|musi|"
    "musisz|prosze|najpierw|konieczn*|nalezy|vyzadov*|vyzaduje|nutn*|kravs|kraever|maste|"
    "pakraevet|krever|vaaditaan|szukseges|gerekli|gerekiyor|требует*|необходим*|necess_rio|"
    "necess_ria|нужн*|должн*|сначала|activate|active|activar|habilit*|abilit*|activez|activer|"
    "aktivier*|einschalten|wlacz*|включите|启用|啟用|有効|requested|until|erst|hasta|jusqu|dopoki|"
    "log_on|필요*|需要|必须|必須|请|請|要求|必要|してください|して下さい|shite_kudasai|hitsuyo|hitsuyou" },
  { "notin",
    "without_a_password|without_password|need_an_account|without_being_logged_in|not_log_in|"
    "didnt_log_in|no_login|without_login|without_logging_in|not_authenticated|isnt_authenticated|"
    "wasnt_authenticated|not_logged_in|not_authorized_to_relay|unauthenticated|without_authentic*|"
    "dont_authenticate|didnt_authenticate|non_authenticated|no_auth|no_authentication|"
    "not_signed_in|nicht_angemeldet|nicht_authentifiziert|non_authentifi*|pas_authentifi*|"
    "sin_autentic*|no_autentic*|nao_autentic*|non_autentic*|niet_aangemeld|niet_ingelogd|"
    "bez_autoryzacji|bez_uwierzytelni*|niezalogowan*|без_авторизации|без_аутентификации|"
    "не_авториз*|未认证|未認證|未登录|未驗證|未验证|没有认证|認証されていません|認証されていない" },
  { "badlogin",
    "bad_credential*|invalid_credential*|incorrect_credential*|wrong_credential*|"
    "credentials_invalid|credentials_rejected|credentials_no_longer|credentials_incorrect|"
    "authentication_fail*|authentication_unsuccessful|authentication_reject*|authorization_failed|"
    "authentication_denied|authentication_error|authentication_refused|authentication_not_succe*|"
    "auth_fail*|auth_error|failed_authenticat*|failed_to_authenticate|login_fail*|login_denied|"
    "login_incorrect|login_invalid|login_refused|login_error|logon_fail*|logon_denied|"
    "invalid_login|incorrect_login|incorrect_authentication|invalid_authentication|"
    "bad_authentication|bad_login|username_and_password_not|password_incorrect|incorrect_password|"
    "wrong_password|invalid_password|bad_password|password_expired|password_has_expired|"
    "password_is_expired|change_your_password|change_the_password|password_not_accepted|"
    "password_mismatch|wrong_username|invalid_username|bad_username|invalid_user_or_password|"
    "unable_to_authenticate|could_not_authenticate|couldnt_authenticate|re_authenticate|"
    "application_specific|app_password|application_password|authorization_code|access_token|"
    "oauth_token|basic_authentication_is|smtpclientauthentication|anmeldung_fehlgeschlagen|"
    "authentifizierung_fehlgeschlagen|authentisierung_fehlgeschlagen|falsches_passwort|"
    "falsches_kennwort|passwort_falsch|zugangsdaten|echec_d_authentification|"
    "echec_de_l_authentification|authentification_invalide|authentification_a_echoue|"
    "authentification_echouee|mot_de_passe|identifiants|fallo_de_autenticacion|"
    "autenticacion_fallida|error_de_autenticacion|contrasena|falha_na_autenticacao|"
    "autenticacao_falhou|senha|autenticazione_fallita|password_errata|authenticatie_mislukt|"
    "wachtwoord|blad_logowania|bledne_haslo|nieprawidlowe_haslo|haslo|nieudane_logowanie|"
    "blad_uwierzytelniania|blad_autoryzacji|ошибка_аутентификации|ошибка_авторизации|"
    "неверный_пароль|парол*|认证失败|認證失敗|密码|密碼|授权码|登录失败|認証に失敗|認証失敗|パスワード" },
  { "poplogin",
    "pop|pop3|imap|imap4|popauth|pop_before|popbeforesmtp|check_mail|check_your_mail|check_email|"
    "check_your_email|check_for_mail|check_for_new_mail|check_for_new_messages|check_your_inbox|"
    "check_your_mailbox|check_new_mail|checked_your_mail|checked_mail|checking_your_mail|"
    "retrieve_mail|retrieve_your_mail|retrieve_email|retrieve_your_email|retrieve_new_mail|"
    "retrieve_messages|receive_mail_first|receive_mail_before|receive_your_mail|"
    "receive_your_email|get_mail_before|get_mail_first|get_your_mail|get_new_mail|get_your_email|"
    "read_your_mail|read_your_email|download_mail|download_your_mail|download_your_email|"
    "download_new_mail|fetch_mail|fetch_your_mail|fetch_your_email|collect_mail|collect_your_mail|"
    "collect_your_email|poll_your_mail|pick_up_your_mail|pickup_your_mail|abrufen|abgerufen|"
    "abholen|abgeholt|mails_empfangen|zuerst_empfangen|relever|relevez|releve|recuperer_vos|"
    "consulter_votre_boite|consultez_votre_boite|recibir_su_correo|reciba_su_correo|"
    "revise_su_correo|revisar_su_correo|descargar|descargue|consultar_su_correo|"
    "consulte_su_correo|comprobar_su_correo|leer_su_correo|receber_seus|receber_suas|"
    "verificar_seu_email|verifique_seu_email|baixar|controllare_la_posta|controlla_la_posta|"
    "scaricare|scarica|ricevere_la_posta|leggere_la_posta|ophalen|opgehaald|odbierz|odebrac|"
    "odbior|pobrac|pobierz|sprawdz_poczte|sprawdzic_poczte|stahnout|vyzvedn*|hamta|hent_din|"
    "проверьте_почту|проверить_почту|получите_почту|получить_почту|забрать_почту|заберите_почту|"
    "先收|收取|收邮件|收郵件|先接收|受信してから|受信した後|受信後|先に受信|メールを受信|jushin" },
  { "fetch",
    "receive|retrieve|check|fetch|pick_up|haal|haalt|collect|download|read|get|scaric*|ricev*|"
    "controll*|relev*|recuper*|consult*|recib*|recoja|revis*|descarg*|receb*|verifi*|baix*|abruf*|"
    "abgeruf*|abhol*|abgeholt|empfang*|ophal*|opgehaald|odbier*|odebra*|pobra*|pobier*|sprawd*|"
    "провер*|получ*|забер*|забра*|收|受信" },
  { "before",
    "before|first|prior|until|antes|avant|vor|vorher|bevor|zuerst|erst|prima|primero|primeiro|"
    "przed|najpierw|voor|voordat|eerst|перед|сначала|сперва|先|前" },
  { "trouble",
    "could_not|couldnt|cannot|cant|unable|failed|failing|failure|error|errors|problem|problems|"
    "unavailable|not_available|not_reachable|unreachable|no_answer|locked|BUSY|down|offline|"
    "timeout|timed_out|temporary_failure|maintenance" },
  { "machinery",
    "error_occurred|checked|scan|scanning|scanner|virus_scan*|virus_check*|virus_filter|antivirus|"
    "anti_virus|spamd|clamd|clamav|milter|rbl_lookup|rbl_check|dnsbl_lookup|dkim_sign*|signing|"
    "database|databases|ldap|sql|mysql|user_database|alias_database|backend|map_lookup|"
    "table_lookup|recipient_lookup|user_lookup|quota_lookup|quota_check|address_lookup|"
    "checking_address|policy_service|policy_server|verify_address|verify_recipient|"
    "verify_the_recipient|policy_daemon|maintenance|spam_check*|spam_filter|spam_scan*|"
    "content_filter|content_scan*|filter" },
  { "tls",
    "tls|ssl|starttls|stls|encrypt*|unencrypted|cleartext|plaintext|plain_text|secure_connection|"
    "secure_channel|secured_connection|insecure_connection|non_secure|verschlussel*|"
    "verschluessel*|chiffr*|securise*|cifrad*|conexion_segura|conexao_segura|criptograf*|"
    "crittograf*|connessione_sicura|versleutel*|beveiligde|szyfrow*|sifrovan*|krypter*|шифров*|"
    "зашифров*|защищенн*|加密|安全连接|暗号化|angoka" },

  /* ---- addresses that do not work ------------------------------------------------------------ */
  { "unknown",
    "n_o_existe|n_o_encontrad*|existiert_nicht|unknown|unconfigured|obsolete|is_dead|not_found|wasnt_found|"
    "werent_found|couldnt_find|could_not_find|receives_no_mail|existiert_hier_nicht|"
    "could_not_be_found|couldnt_be_found|cannot_be_found|cannot_find|cant_find|not_find|no_such|"
    "nonexist*|non_exist*|not_exist*|doesnt_exist*|dont_exist*|not_user|not_a_user|not_an_user|"
    "isnt_a_user|no_hay|not_known|inesistent*|incorrectly|expirad*|scadut*|unrecogni*|"
    "not_recogni*|not_present|not_an_active|no_one|no_mail_box|not_ok|missing|wrong|no_mailbox|"
    "not_a_valid_mailbox|not_a_valid_user|not_a_known|not_listed|not_our|not_a_local|not_local|"
    "isnt_local|no_local|not_registered|no_longer|has_moved|has_left|undeliverable|"
    "not_deliverable|unroutable|unrouteable|does_not_have|doesnt_have|not_have_a|no_account|"
    "not_hosted|not_in_our|has_no_mailbox|marked_as_invalid|not_here|recipnotfound|"
    "recipientnotfound|not_a_member|cannot_verify_user|verification_failed|not_verified|callout|"
    "cannot_receive|not_active|unbekannt*|nicht_gefunden|nicht_bekannt|nicht_vorhanden|"
    "nicht_existent|nicht_verfugbar|gibt_es_nicht|kein_konto|kein_postfach|inconnu*|existe_pas|"
    "nexiste_pas|inexistant*|introuvable*|plus_valide|nest_plus|n_est_plus|desconocid*|no_existe|"
    "no_encontrad*|inexistente*|no_se_encontro|no_se_encuentra|no_valid*|desconhecid*|nao_existe|"
    "nao_encontrad*|nao_foi_encontrad*|nao_localizad*|sconosciut*|non_esiste|non_trovat*|"
    "non_e_stato_trovato|non_presente|onbekend*|bestaat_niet|niet_gevonden|niet_bekend|nieznan*|"
    "nie_istniej*|nie_znalezion*|nie_ma_takie*|brak_takie*|brak_uzytkownika|brak_skrzynki|"
    "neexistuj*|neznam*|nenalezen*|okand*|finns_inte|finns_ej|ukendt|findes_ikke|finnes_ikke|"
    "ukjent|tuntematon|nem_letezik|ismeretlen|bulunamadi|nu_exista|necunoscut*|неизвестн*|"
    "не_существует|не_найден*|нет_такого|несуществующ*|отсутствует|不存在|未知|没有找到|找不到|沒有找到|没有此|查無|"
    "존재하지*|없는|없습니다|ei_loydy|gibt_es|not_in_use|unused|存在しま|存在しな|αγνωστο*|δεν_υπαρχει|ne_postoji|"
    "nepoznat*|neznan*|nicht_vergeben|nicht_mehr|見つかりません|不明|ありません|sonzai|mitsukarimasen" },
  { "nouser",
    "user_unknown|unknown_user|no_such_user|unknown_recipient|recipient_unknown|user_not_found|"
    "mailbox_not_found|unknown_mailbox|mailbox_unknown|unknown_or_illegal|no_such_mailbox|"
    "account_unknown|unknown_account|no_such_recipient|recipient_not_found|"
    "recipient_does_not_exist|user_does_not_exist|user_doesnt_exist|mailbox_does_not_exist" },
  { "nodomain",
    "mail_server_for|no_route_found|no_HOP|no_server_found|no_server_for|not_renewed|cannot_route|"
    "unable_to_route|could_not_route|null_mx|nullmx|HOST_does_not_exist|no_mx|mail_exchanger|"
    "mx_record|mx_records|mx_lookup|domain_not_found|domain_does_not_exist|domain_doesnt_exist|"
    "domain_unknown|unknown_domain|no_such_domain|invalid_domain|domain_invalid|host_unknown|"
    "unknown_host|host_not_found|no_such_host|find_any_host|host_or_domain|"
    "find_the_recipient_domain|recipient_domain|destination_domain|domain_must_exist|"
    "domain_is_not_reachable|could_not_resolve|unresolvable_domain|unrouteable_mail_domain|"
    "unroutable_mail_domain|name_or_service|host_unreachable|host_is_unreachable|no_route_to|"
    "connection_timed_out|timed_out|connection_refused_by|message_expired|retry_timeout|"
    "delivery_expired|delivery_time_expired|smtp_connection|could_not_connect|unable_to_connect|"
    "unable_to_contact|could_not_be_reached|no_connection_to|not_reachable|did_not_respond|"
    "no_answer_from|couldnt_establish|wasnt_able_to_establish|dns_error|name_server|"
    "dns_lookup_failure|unreachable_host|dns_resolve*|dns_resolution|srv_record|"
    "domane_existiert_nicht|domane_unbekannt|domain_unbekannt|domaine_inconnu|domaine_inexistant|"
    "dominio_no_existe|dominio_inexistente|dominio_nao_existe|dominio_inesistente|domein_onbekend|"
    "domena_nie_istnieje|nieznana_domena|domen_ne*|домен_не_найден|домен_не_существует|域名不存在|"
    "找不到域名|ドメインが存在しま|ドメインが見つかり" },
  { "closed",
    "disabled|inactiv*|deactivated|suspended|closed|terminated|expired|removed|deleted|cancelled|"
    "canceled|blocked|locked|frozen|deaktiviert|gesperrt|geloscht|geloescht|desactive*|bloque|"
    "bloquee|ferme|supprime|archive*|desactivad*|suspendid*|deshabilitad*|eliminad*|desativad*|"
    "inativ*|bloquead*|disattivat*|bloccat*|sospes*|disabilitat*|geblokkeerd|uitgeschakeld|"
    "gedeactiveerd|zablokowan*|zawieszon*|nieaktywn*|usuniet*|wylaczon*|заблокирован*|отключен*|"
    "удален*|неактивн*|停用|禁用|冻结|凍結|注销|失效|停止|無効" },
  { "invalid",
    "ung_ltig*|inv_lid*|invalid*|not_valid|isnt_valid|not_a_valid|illegal|bogus|malformed|"
    "bad_address|bad_destination|bad_recipient|syntax|unqualified|not_qualified|fully_qualified|"
    "improper|not_well_formed|ill_formed|misformatted|badly_formed|unparseable|unparsable|"
    "ungultig*|ungueltig*|incorrect*|non_valid*|ongeldig*|nieprawidlow*|niepoprawn*|bledny|"
    "neplatn*|ogiltig*|ugyldig*|gecersiz|недопустим*|некорректн*|неверн*|неправильн*|无效|無效|不正|"
    "格式错误|無効|不合法" },
  { "full",
    "overquota|over_quota|quota|full|no_room|room_left|no_more_room|no_space_for|allotment|"
    "exhausted|초과|storage_limit|storage_space|storage_full|exceeds_allowed_size|"
    "mails_auf_dem_server|messages_on_the_server|allowed_storage|would_exceed|space_has_been|"
    "over_disk|over_the_allowed|out_of_storage|exceeded_storage|storage_allocation|"
    "exceeds_allowed_storage|mailbox_size|too_much_mail_data|not_enough_space_in|"
    "space_has_been_used|not_enough_storage|mailboxfull|disk_space_limit|insufficient_space_in|"
    "kapazitat|erschopft|uberfullt|ubervoll|dolu|megtelt|taynna|ueberfuellt|voll|kontingent|"
    "speicherplatz|plein|pleine|saturee|depasse_son|llen*|sin_espacio|cuota|chei*|cota|lotad*|"
    "pien*|spazio_esaurito|quota_superata|vol|przepelnion*|pelna|plna|full_brevlada|переполн*|"
    "квота|квоты|已满|已滿|满|滿|超过容量|容量|配额|容量超過|一杯|いっぱい|youryou|yoryo" },

  /* ---- time and amounts ---------------------------------------------------------------------- */
  { "later",
    "uberlastet|ueberlastet|zurzeit|derzeit|surcharge|sobrecargad*|sovraccaric*|przeciazon*|"
    "перегружен*|繁忙|混雑|混み|BUSY|timeout|timed_out|try_again|try_later|try_back|retry|later|"
    "temporar*|temporal*|temp|resend|come_back|defer|deferred|deferral|transient|busy|moment|"
    "currently|at_this_time|wait|again|spater|spaeter|erneut|vorubergehend|voruebergehend|"
    "zeitweise|momentan|plus_tard|reessayer|reessayez|temporaire*|ulterieurement|mas_tarde|"
    "intente|mais_tarde|tente|piu_tardi|temporane*|riprova*|later_opnieuw|tijdelijk|pozniej|"
    "tymczasow*|chwilow*|ponownie|pozdeji|docasn*|senare|tillfallig*|senere|midlertidig*|позже|"
    "временн*|попробуйте|稍后|稍後|暂时|暫時|临时|しばらく|一時的|のちほど|後で|ichijiteki|shibaraku" },
  { "toomany",
    "too_many|too_much|threshold|too_fast|too_quickly|too_frequent*|too_often|exceed*|limit|"
    "limits|limited|limiting|throttl*|maxim*|max|massimo|limit_reached|been_reached|has_reached|"
    "have_reached|reached_your|reached_its|reached_the|reached_max*|day_reached|hour_reached|"
    "is_reached|was_reached|used_up|erreicht|atteint*|raggiunt*|alcanzad*|atingid*|osiagniet*|"
    "przekracz*|достигнут*|已达|上限|達し|rate|ratelimit*|excessive|quota|frequency|slow_down|flood*|"
    "zu_viele|zuviele|zu_viel|uberschr*|ueberschr*|trop|limite|demasiad*|excedid*|excedeu|"
    "superad*|superat*|troppi|troppe|te_veel|limiet|zbyt_wiele|zbyt_duzo|za_duzo|przekroczon*|"
    "limitu|prilis_mnoho|for_mange|for_manga|prekrocen*|слишком_много|превышен*|лимит|过多|太多|超过|超過|"
    "超出|频繁|頻繁|频率|限制|制限|多すぎ" },
  { "pace",
    "message_threshold|sending_threshold|connection_threshold|message_rate|sending_rate|"
    "submission_rate|connection_rate|rate_limit*|ratelimit*|sending_limit*|send_limit*|"
    "message_limit|messages_limit|relay_quota|sending_quota|outgoing|throttl*" },
  { "period",
    "journalier*|giornalier*|diaria*|stundlich*|taglich*|horaire|godzinn*|dzienn*|суточн*|часов*|"
    "每日|毎日|this_hour|short_time|per_hour|per_day|today|heute|aujourd_hui|hoy|hoje|oggi|dzis|"
    "сегодня|per_minute|per_second|hour|hourly|daily|monthly|month|minute|day|a_day|an_hour|"
    "in_a_short|stunde|tag|pro_stunde|par_heure|heure|jour|por_hora|hora|dia|diario|all_ora|"
    "giorno|per_uur|per_dag|dziennego|dzienny|dobowy|godzin*|час|сутки|день|每天|每小时|当日|今日|1日|1時間" },
};

const guint verdict_n_words = G_N_ELEMENTS (verdict_words);
