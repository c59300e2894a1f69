<?php
// A small peer that speaks GatewayWorker's wire as the protocol document describes it, in PHP because PHP's own serialize(), pack()
// and streams are what the gateway must get along with. Environment: PORTICO_REGISTER, PORTICO_KEY, PORTICO_TEXT and PORTICO_WS
// (ports of the two gateways, separated by a comma).

error_reporting(E_ALL);
ini_set('display_errors', '1');
set_error_handler(function ($number, $message, $file, $line) {
    throw new ErrorException($message, 0, $number, $file, $line);
});

$checks = 0;
$failures = 0;

function check($ok, string $what, $seen = null): void
{
    global $checks, $failures;
    $checks++;
    if (!$ok) {
        $failures++;
        echo "FAILED $what", $seen === null ? '' : ': ' . var_export($seen, true), "\n";
    }
}

function same($expected, $seen, string $what): void
{
    check($expected === $seen, $what, $seen);
}

function done(): void
{
    global $checks, $failures;
    echo "$checks checks, $failures failures\n";
    exit($failures === 0 && $checks > 0 ? 0 : 1);
}

/** Asks until the answer is the expected one: commands have no answer, so another connection may overtake them. */
function becomes($expected, callable $ask, string $what): void
{
    for ($i = 0; $i < 1000; $i++) {
        $seen = $ask();
        if ($seen == $expected) {
            check(true, $what);
            return;
        }
        usleep(10000);
    }
    check(false, $what, $seen);
}

function port(string $name, int $index): int
{
    return (int)explode(',', getenv($name))[$index];
}

function dial(string $address)
{
    $socket = stream_socket_client("tcp://$address", $number, $message, 30);
    stream_set_timeout($socket, 30);
    return $socket;
}

function exactly($socket, int $length): string
{
    $bytes = '';
    while (strlen($bytes) < $length) {
        $part = fread($socket, $length - strlen($bytes));
        if ($part === false || $part === '') {
            throw new RuntimeException('ended after ' . strlen($bytes) . " of $length bytes" . (feof($socket) ? '' : ' (timeout)'));
        }
        $bytes .= $part;
    }
    return $bytes;
}

function ended($socket): bool
{
    try {
        return in_array(fread($socket, 1), ['', false], true) && feof($socket);
    } catch (ErrorException $reset) {
        return true;
    }
}

// Register (section 1)

function addresses(): array
{
    $register = dial(getenv('PORTICO_REGISTER'));
    fwrite($register, '{"event":"worker_connect","secret_key":"' . getenv('PORTICO_KEY') . "\"}\n");
    $line = json_decode(fgets($register, 655350), true);
    fclose($register);
    return array_values($line['addresses'] ?? []);
}

// Packets (section 2)

function packet(int $command, int $connection = 0, $body = '', string $ext = '', int $flag = 0): string
{
    $scalar = is_scalar($body);
    $bytes = $scalar ? (string)$body : serialize($body);
    return pack('NCNnNnNCnN', 28 + strlen($ext) + strlen($bytes), $command, 0, 0, 0, 0, $connection, $flag | ($scalar ? 1 : 0), 0, strlen($ext)) . $ext . $bytes;
}

function auth(): string
{
    return getenv('PORTICO_KEY') === '' ? '' : packet(202, 0, '{"secret_key":"' . getenv('PORTICO_KEY') . '"}');
}

/** Connects, writes and closes at once, as a GatewayClient does. */
function say(string $address, string $packets): void
{
    $socket = dial($address);
    fwrite($socket, auth() . $packets);
    fclose($socket);
}

function answer($socket)
{
    return exactly($socket, unpack('N', exactly($socket, 4))[1]);
}

function ask(string $address, string $packet)
{
    $socket = dial($address);
    fwrite($socket, auth() . $packet);
    $bytes = answer($socket);
    fclose($socket);
    return unserialize($bytes);
}

/** client_id → [address, connection] (section 3). */
function place(string $client): array
{
    $parts = unpack('Nip/nport/Nconnection', hex2bin($client));
    return [long2ip($parts['ip']) . ':' . $parts['port'], $parts['connection']];
}

function client_id(string $address, int $connection): string
{
    [$ip, $port] = explode(':', $address);
    return bin2hex(pack('NnN', ip2long($ip), (int)$port, $connection));
}

// Clients

final class TextClient
{
    public $socket;

    public function __construct(int $port)
    {
        $this->socket = dial("127.0.0.1:$port");
    }

    public function send(string $message): void
    {
        fwrite($this->socket, "$message\n");
    }

    public function receive()
    {
        $line = fgets($this->socket);
        return $line === false ? false : substr($line, 0, -1);
    }
}

final class WsClient
{
    public $socket;

    public function __construct(int $port, string $path = '/', string $headers = '')
    {
        $this->socket = dial("127.0.0.1:$port");
        fwrite($this->socket, "GET $path HTTP/1.1\r\nHost: example.com:$port\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            . "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n$headers\r\n");
        while (!in_array($line = fgets($this->socket), ["\r\n", false], true)) {
        }
    }

    public function send(string $message): void
    {
        $length = strlen($message);
        $head = $length < 126 ? chr(128 | $length) : ($length < 65536 ? chr(128 | 126) . pack('n', $length) : chr(128 | 127) . pack('J', $length));
        fwrite($this->socket, "\x81$head\0\0\0\0$message");
    }

    public function receive()
    {
        [$first, $length] = array_values(unpack('C2', exactly($this->socket, 2)));
        $length = $length === 126 ? unpack('n', exactly($this->socket, 2))[1] : ($length === 127 ? unpack('J', exactly($this->socket, 8))[1] : $length);
        $payload = $length === 0 ? '' : exactly($this->socket, $length);
        return ($first & 15) === 8 ? false : $payload;
    }
}

// A worker (sections 2.3, 2.4, 2.12)

final class Worker
{
    public $socket;

    public function __construct(string $address, string $name)
    {
        $this->socket = dial($address);
        fwrite($this->socket, packet(200, 0, json_encode(['worker_key' => $name, 'secret_key' => getenv('PORTICO_KEY')])));
    }

    /** The next event but PING, as an array of the header's fields, ext and body. */
    public function next(bool $ping = false): array
    {
        do {
            $head = exactly($this->socket, 28);
            $event = unpack('Nlength/Ccmd/Nlocal_ip/nlocal_port/Nclient_ip/nclient_port/Nconnection/Cflag/ngateway_port/Next_length', $head);
            $rest = $event['length'] === 28 ? '' : exactly($this->socket, $event['length'] - 28);
            $event['ext'] = substr($rest, 0, $event['ext_length']);
            $event['body'] = substr($rest, $event['ext_length']);
        } while ($event['cmd'] === 201 && !$ping);
        return $event;
    }

    public function send(string $packets): void
    {
        fwrite($this->socket, $packets);
    }
}
