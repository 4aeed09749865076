# The lab's own certificate authority, and a certificate for each server with
# its names as subject alternative names. Made anew at every `up`.

tls_dir=$run_dir/tls

declare -A certificate_names=(
  [proseware]="DNS:smtp.proseware.com,DNS:pop.proseware.com"
  [thephone-company]="DNS:mail.thephone-company.com"
  [adatum]="DNS:mx.adatum.com"
  [hotel-relay]="DNS:mail.hotel.example.net"
  [interceptor]="DNS:proxy.example.net"
  [evil-relay]="DNS:relay.evil.example.org")

make_authority ()
{
  local server

  make_dir "$tls_dir" 0700 >/dev/null
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj "/CN=sendpath lab authority" -keyout "$tls_dir/ca.key" -out "$tls_dir/ca.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    2>/dev/null
  for server in "${servers[@]}"; do
    make_certificate "$server" "${certificate_names[$server]}"
  done
}

# make_certificate NAME ALTERNATIVE-NAMES
make_certificate ()
{
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout "$tls_dir/$1.key" -out "$tls_dir/$1.csr" 2>/dev/null
  openssl x509 -req -in "$tls_dir/$1.csr" -CA "$tls_dir/ca.pem" -CAkey "$tls_dir/ca.key" \
    -CAcreateserial -days 30 -out "$tls_dir/$1.pem" 2>/dev/null -extfile - <<END
subjectAltName=$2
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
END
}
