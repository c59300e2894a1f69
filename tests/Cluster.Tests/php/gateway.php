<?php
// A register or a gateway of GatewayWorker's as the protocol document describes it (sections 1 to 3), for Portico's .NET workers and clients to work with.
// php gateway.php register PORT KEY | php gateway.php gateway websocket|text PORT INNER_PORT REGISTER_PORT KEY

error_reporting(E_ALL);
ini_set('display_errors', '1');
set_error_handler(function ($number, $message, $file, $line) {
    if (error_reporting() & $number) {
        throw new ErrorException($message, 0, $number, $file, $line);
    }
});

/** A socket with what came and what has to leave. */
final class Peer
{
    public string $in = '';
    public string $out = '';
    public bool $ends = false;
    public bool $authorized = false;
    public string $workerKey = '';
    public string $address = '';
    public int $id = 0;
    public bool $open = true;
    public string $session = '';
    public ?string $uid = null;
    public ?array $groups = null;
    public string $protocol = '';
    public ?string $worker = null;

    public function __construct(public $socket, public string $kind)
    {
        stream_set_blocking($socket, false);
    }
}

final class Loop
{
    public array $listeners = [];
    public array $peers = [];

    public function listen(int $port, string $kind): void
    {
        $this->listeners[$kind] = stream_socket_server("tcp://127.0.0.1:$port");
    }

    public function run($role): void
    {
        while (true) {
            $read = array_merge(array_values($this->listeners), array_map(fn($peer) => $peer->socket, array_values($this->peers)));
            $write = array_map(fn($peer) => $peer->socket, array_values(array_filter($this->peers, fn($peer) => $peer->out !== '')));
            $except = null;
            stream_select($read, $write, $except, 1);
            foreach ($read as $socket) {
                $kind = array_search($socket, $this->listeners, true);
                if ($kind !== false) {
                    $peer = new Peer(stream_socket_accept($socket), $kind);
                    $this->peers[(int)$peer->socket] = $peer;
                    $role->accepted($peer);
                } elseif (isset($this->peers[(int)$socket])) {
                    $this->receive($this->peers[(int)$socket], $role);
                }
            }
            foreach ($this->peers as $peer) {
                $this->write($peer, $role);
            }
        }
    }

    public function drop(Peer $peer, $role): void
    {
        if (isset($this->peers[(int)$peer->socket])) {
            unset($this->peers[(int)$peer->socket]);
            $peer->open = false;
            $role->gone($peer);
            fclose($peer->socket);
        }
    }

    private function receive(Peer $peer, $role): void
    {
        $bytes = @fread($peer->socket, 65536);
        if ($bytes === false || ($bytes === '' && feof($peer->socket))) {
            $this->drop($peer, $role);
            return;
        }
        $peer->in .= $bytes;
        $role->received($peer);
    }

    private function write(Peer $peer, $role): void
    {
        if ($peer->out !== '') {
            $sent = @fwrite($peer->socket, $peer->out);
            if ($sent === false) {
                $this->drop($peer, $role);
                return;
            }
            $peer->out = substr($peer->out, $sent);
        }
        if ($peer->ends && $peer->out === '') {
            $this->drop($peer, $role);
        }
    }
}

/** Section 1. */
final class RegisterRole
{
    public function __construct(private Loop $loop, private string $key)
    {
    }

    public function accepted(Peer $peer): void
    {
    }

    public function received(Peer $peer): void
    {
        while (($end = strpos($peer->in, "\n")) !== false) {
            $line = json_decode(substr($peer->in, 0, $end), true);
            $peer->in = substr($peer->in, $end + 1);
            $event = $line['event'] ?? '';
            if ($event === 'ping') {
                continue;
            }
            if (($line['secret_key'] ?? '') !== $this->key) {
                $this->loop->drop($peer, $this);
                return;
            }
            if ($event === 'gateway_connect') {
                $peer->address = $line['address'];
                $this->tell(null);
            } elseif ($event === 'worker_connect') {
                $peer->workerKey = 'worker';
                $this->tell($peer);
            }
        }
    }

    public function gone(Peer $peer): void
    {
        if ($peer->address !== '') {
            $this->tell(null);
        }
    }

    private function tell(?Peer $one): void
    {
        $addresses = array_values(array_filter(array_map(fn($peer) => $peer->address, $this->loop->peers)));
        // As PHP's own does when it removed a double: an object.
        $line = json_encode(['event' => 'broadcast_addresses', 'addresses' => (object)$addresses]) . "\n";
        foreach ($one ? [$one] : $this->loop->peers as $peer) {
            $peer->out .= $peer->workerKey !== '' ? $line : '';
        }
    }
}

require __DIR__ . '/gateway_role.php';

$loop = new Loop();
if ($argv[1] === 'register') {
    $loop->listen((int)$argv[2], 'line');
    $role = new RegisterRole($loop, $argv[3]);
} else {
    [, , $protocol, $port, $inner, $register, $key] = $argv;
    $loop->listen((int)$port, $protocol);
    $loop->listen((int)$inner, 'inner');
    $role = new GatewayRole($loop, $protocol, (int)$port, (int)$inner, $key);
    $announce = new Peer(stream_socket_client("tcp://127.0.0.1:$register"), 'register');
    $announce->out = "{\"event\":\"gateway_connect\", \"address\":\"127.0.0.1:$inner\", \"secret_key\":\"$key\"}\n";
    $loop->peers[(int)$announce->socket] = $announce;
}
echo "ready\n";
$loop->run($role);
