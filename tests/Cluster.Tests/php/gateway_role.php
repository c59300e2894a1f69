<?php
// Sections 2 and 3: one gateway with one listener.

final class GatewayRole
{
    private array $clients = [];
    private array $workers = [];
    private int $last = 0;

    public function __construct(private Loop $loop, private string $protocol, private int $port, private int $inner, private string $key)
    {
    }

    public function accepted(Peer $peer): void
    {
        if ($peer->kind === 'inner') {
            $peer->authorized = $this->key === '';
            return;
        }
        $peer->id = ++$this->last;
        $peer->protocol = $this->protocol === 'websocket' ? '\Workerman\Protocols\Websocket' : 'Workerman\Protocols\Text';
        $peer->open = $this->protocol !== 'websocket';
        $this->clients[$peer->id] = $peer;
        $this->event(1, $peer, '', 1);
    }

    public function received(Peer $peer): void
    {
        match ($peer->kind) {
            'inner' => $this->packets($peer),
            'text' => $this->lines($peer),
            'websocket' => $this->frames($peer),
            default => $peer->in = '',
        };
    }

    public function gone(Peer $peer): void
    {
        if ($peer->id > 0) {
            $this->event(4, $peer, '', 1);
            unset($this->clients[$peer->id]);
        }
        if (($this->workers[$peer->workerKey] ?? null) === $peer) {
            unset($this->workers[$peer->workerKey]);
        }
    }

    /** Section 2.4, bound as 2.11 says; without a worker the client is dropped. */
    private function event(int $command, Peer $client, string $body, int $flag): void
    {
        if (!isset($this->workers[$client->worker ?? ''])) {
            $client->worker = array_key_last($this->workers);
        }
        if ($client->worker === null) {
            $this->loop->drop($client, $this);
            return;
        }
        [$ip, $port] = explode(':', stream_socket_get_name($client->socket, true) ?: '127.0.0.1:0');
        $this->workers[$client->worker]->out .= pack(
            'NCNnNnNCnN', 28 + strlen($client->session) + strlen($body), $command, ip2long('127.0.0.1'), $this->inner, ip2long($ip), (int)$port,
            $client->id, $flag, $this->port, strlen($client->session)) . $client->session . $body;
    }

    private function lines(Peer $peer): void
    {
        while ($peer->open && ($end = strpos($peer->in, "\n")) !== false) {
            $line = rtrim(substr($peer->in, 0, $end), "\r");
            $peer->in = substr($peer->in, $end + 1);
            $this->event(3, $peer, $line, 1);
        }
    }

    private function frames(Peer $peer): void
    {
        if (!$peer->open) {
            $end = strpos($peer->in, "\r\n\r\n");
            if ($end === false) {
                return;
            }
            $this->shakeHands($peer, substr($peer->in, 0, $end));
            $peer->in = substr($peer->in, $end + 4);
        }
        while (strlen($peer->in) >= 6) {
            $length = ord($peer->in[1]) & 127;
            $start = 2;
            if ($length === 126) {
                [$length, $start] = [unpack('n', $peer->in, 2)[1], 4];
            }
            if (strlen($peer->in) < $start + 4 + $length) {
                return;
            }
            $mask = substr($peer->in, $start, 4);
            $opcode = ord($peer->in[0]) & 15;
            $payload = substr($peer->in, $start + 4, $length) ^ str_pad('', $length, $mask);
            $peer->in = substr($peer->in, $start + 4 + $length);
            if ($opcode === 8) {
                $peer->out .= "\x88\x02\x03\xe8";
                $peer->ends = true;
            } elseif ($opcode <= 2) {
                $this->event(3, $peer, $payload, 1);
            }
        }
    }

    /** Section 2.8. */
    private function shakeHands(Peer $peer, string $head): void
    {
        $lines = explode("\r\n", $head);
        [$method, $uri] = explode(' ', $lines[0]);
        [$ip, $port] = explode(':', stream_socket_get_name($peer->socket, true));
        $query = parse_url($uri, PHP_URL_QUERY) ?? '';
        parse_str($query, $get);
        $server = ['QUERY_STRING' => $query, 'REQUEST_METHOD' => $method, 'REQUEST_URI' => $uri, 'SERVER_PROTOCOL' => 'HTTP/1.1', 'SERVER_NAME' => null,
            'CONTENT_TYPE' => null, 'REMOTE_ADDR' => $ip, 'REMOTE_PORT' => (int)$port, 'SERVER_PORT' => $this->port];
        $key = '';
        foreach (array_slice($lines, 1) as $line) {
            [$name, $value] = explode(':', $line, 2);
            $server['HTTP_' . str_replace('-', '_', strtoupper($name))] = trim($value);
            $key = strcasecmp($name, 'Sec-WebSocket-Key') === 0 ? trim($value) : $key;
        }
        $this->event(205, $peer, serialize(['get' => $get, 'server' => $server, 'cookie' => []]), 0);
        $accept = base64_encode(sha1($key . '258EAFA5-E914-47DA-95CA-C5AB0DC85B11', true));
        $early = $peer->out;
        $peer->out = "HTTP/1.1 101 Switching Protocol\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $accept\r\n\r\n$early";
        $peer->open = true;
    }

    private function send(?Peer $client, string $message, int $flag): void
    {
        if ($client === null) {
            return;
        }
        $length = strlen($message);
        $client->out .= match (true) {
            ($flag & 2) !== 0 => $message,
            $this->protocol === 'text' => "$message\n",
            $length < 126 => chr(0x81) . chr($length) . $message,
            $length < 65536 => chr(0x81) . chr(126) . pack('n', $length) . $message,
            default => chr(0x81) . chr(127) . pack('J', $length) . $message,
        };
    }

    private function packets(Peer $peer): void
    {
        while (strlen($peer->in) >= 28 && strlen($peer->in) >= ($length = unpack('N', $peer->in)[1])) {
            $header = unpack('Nlength/Ccommand/Nip/nport/Nclient/nclientPort/Nconnection/Cflag/npublic/Next', $peer->in);
            $ext = substr($peer->in, 28, $header['ext']);
            $body = substr($peer->in, 28 + $header['ext'], $length - 28 - $header['ext']);
            $peer->in = substr($peer->in, $length);
            if (!$this->authorize($peer, $header['command'], $body)) {
                $this->loop->drop($peer, $this);
                return;
            }
            $answer = $this->command($header, $ext, $body);
            if ($answer !== null) {
                $peer->out .= pack('N', strlen($answer)) . $answer;
            }
        }
    }

    /** Section 2.3. */
    private function authorize(Peer $peer, int $command, string $body): bool
    {
        if ($command === 200 || $command === 202) {
            $hello = json_decode($body, true);
            $peer->authorized = ($hello['secret_key'] ?? null) === $this->key;
            if ($command === 200 && $peer->authorized) {
                $peer->workerKey = '127.0.0.1:' . $hello['worker_key'];
                $this->workers[$peer->workerKey] = $peer;
            }
        }
        return $peer->authorized;
    }

    /** Sections 2.5 and 2.6; the serialized answer, null for commands. */
    private function command(array $header, string $ext, string $body): ?string
    {
        $client = $this->clients[$header['connection']] ?? null;
        $flag = $header['flag'];
        $names = fn($key = null) => array_map('strval', (array)($key === null ? json_decode($ext, true) : json_decode($ext, true)[$key] ?? []));
        switch ($header['command']) {
            case 5:
                $this->send($client, $body, $flag);
                return null;
            case 6:
                $to = json_decode($ext, true) ?? [];
                foreach (isset($to['connections']) ? array_intersect_key($this->clients, array_flip($to['connections'])) : $this->clients as $id => $other) {
                    isset($to['exclude'][$id]) || $this->send($other, $body, $flag);
                }
                return null;
            case 7:
                if ($client) {
                    ($flag & 1) !== 0 && $this->send($client, $body, $flag);
                    $client->ends = true;
                }
                return null;
            case 8:
                $client && $this->loop->drop($client, $this);
                return null;
            case 9:
                if ($client) {
                    $client->session = $client->session === '' ? $ext : serialize(array_replace_recursive(unserialize($client->session), unserialize($ext)));
                }
                return null;
            case 204:
                $client && $client->session = $ext;
                return null;
            case 12:
                $client && $ext !== '' && $ext !== '0' && $client->uid = $ext;
                return null;
            case 13:
                $client && $client->uid = null;
                return null;
            case 14:
                foreach ($names() as $uid) {
                    array_map(fn($other) => $this->send($other, $body, $flag), $this->withUid($uid));
                }
                return null;
            case 20:
                $client && $client->groups[$ext] = $ext;
                return null;
            case 21:
                unset($client->groups[$ext]);
                return null;
            case 22:
                foreach ($names('group') as $group) {
                    foreach ($this->members($group) as $id => $other) {
                        isset(json_decode($ext, true)['exclude'][$id]) || $this->send($other, $body, $flag);
                    }
                }
                return null;
            case 27:
                foreach ($this->members($ext) as $other) {
                    unset($other->groups[$ext]);
                }
                return null;
            default:
                return $header['command'] < 200 || $header['command'] === 203 ? serialize($this->query($header, $ext, $client)) : null;
        }
    }

    private function query(array $header, string $ext, ?Peer $client): mixed
    {
        $names = in_array($header['command'], [16, 28], true) ? array_map('strval', json_decode($ext, true)) : [];
        $sessions = fn($clients) => array_map(fn($other) => $other->session, $clients);
        return match ($header['command']) {
            11 => (int)($client !== null),
            203 => $client === null ? null : ($client->session === '' ? [] : unserialize($client->session)),
            10 => $sessions($this->clients),
            23 => $sessions($this->members($ext)),
            24 => count($ext === '' ? $this->clients : $this->members($ext)),
            15 => array_keys($this->withUid($ext)),
            16 => array_combine($names, array_map(fn($uid) => array_keys($this->withUid($uid)), $names)),
            28 => array_combine($names, array_map(fn($group) => count($this->members($group)), $names)),
            26 => array_keys(array_replace([], ...array_map(fn($other) => $other->groups ?? [], array_values($this->clients)))),
            25 => $this->select(json_decode($ext, true)),
        };
    }

    /** Section 2.7. */
    private function select(array $query): array
    {
        $chosen = $query['where'] ? [] : $this->clients;
        foreach ($query['where']['groups'] ?? [] as $group) {
            $chosen += $this->members((string)$group);
        }
        foreach ($query['where']['uid'] ?? [] as $uid) {
            $chosen += $this->withUid((string)$uid);
        }
        $chosen += array_intersect_key($this->clients, array_flip($query['where']['connection_id'] ?? []));
        return array_map(fn($client) => array_combine($query['fields'], array_map(fn($field) => $client->$field ?? null, $query['fields'])), $chosen);
    }

    private function members(string $group): array
    {
        return array_filter($this->clients, fn($client) => isset($client->groups[$group]));
    }

    private function withUid(string $uid): array
    {
        return array_filter($this->clients, fn($client) => $client->uid === $uid);
    }
}
