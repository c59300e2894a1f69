<?php
// Every event (section 2.4) as a worker sees it on two gateways, with sessions (2.9), the handshake (2.8) and the worker's identity (2.11).

require __DIR__ . '/wire.php';

$gateways = addresses();
check(count($gateways) === 2, 'two gateways are listed', $gateways);
sort($gateways);
$text = [];
$workers = array_map(fn ($gateway) => new Worker($gateway, 'events:0'), $gateways);

foreach ($gateways as $index => $gateway) {
    $worker = $workers[$index];
    [$ip, $inner] = explode(':', $gateway);

    // Text: CONNECT at accept, MESSAGE, CLOSE.
    $client = new TextClient(port('PORTICO_TEXT', $index));
    $event = $worker->next();
    same([1, 28, 1, ip2long($ip), (int)$inner, port('PORTICO_TEXT', $index)],
        [$event['cmd'], $event['length'], $event['flag'], $event['local_ip'], $event['local_port'], $event['gateway_port']], 'ON_CONNECT');
    same(stream_socket_get_name($client->socket, false), long2ip($event['client_ip']) . ':' . $event['client_port'], "the client's address");
    $connection = $event['connection'];
    $client->send('hello');
    $client->send('');
    $event = $worker->next();
    same([3, $connection, 'hello', '', 1], [$event['cmd'], $event['connection'], $event['body'], $event['ext'], $event['flag']], 'ON_MESSAGE');
    same([3, ''], [($event = $worker->next())['cmd'], $event['body']], 'an empty message is one');
    $session = serialize(['x' => 5]);
    $worker->send(packet(204, $connection, '', $session) . packet(5, $connection, 'answer'));
    same('answer', $client->receive(), "a worker's command on its long connection");
    $client->send('again');
    same([3, $session, 'again'], [($event = $worker->next())['cmd'], $event['ext'], $event['body']], 'the session comes with each event, byte for byte');

    // A worker that finds a session stale asks on another connection and must see what it set on its own (2.9).
    $stale = 0;
    for ($i = 0; $i < 200; $i++) {
        $set = serialize(['i' => $i]);
        $worker->send(packet(204, $connection, '', $set));
        $stale += ask($gateway, packet(203, $connection)) === ['i' => $i] ? 0 : 1;
    }
    same(0, $stale, 'sessions that were older than what was set');
    $worker->send(packet(204, $connection, '', $session));
    $worker->send(packet(9, $connection, '', serialize(['y' => 6])) . packet(5, $connection, 'merged'));
    $client->receive();
    fclose($client->socket);
    $event = $worker->next();
    same([4, $connection, '', serialize(['x' => 5, 'y' => 6])], [$event['cmd'], $event['connection'], $event['body'], $event['ext']], 'ON_CLOSE');

    // WebSocket: CONNECT, the handshake, then messages.
    $client = new WsClient(port('PORTICO_WS', $index), '/chat?a=1&b[]=2&b[]=3&c.d=%20z', "X-A: 1\r\nX-A: 2\r\nCookie: s=1; t=a%20b\r\n");
    $client->send(str_repeat('m', 70000));
    same([1, port('PORTICO_WS', $index)], [($event = $worker->next())['cmd'], $event['gateway_port']], 'ON_CONNECT of a WebSocket');
    $connection = $event['connection'];
    $event = $worker->next();
    same([205, $connection, 0], [$event['cmd'], $event['connection'], $event['flag']], 'ON_WEBSOCKET_CONNECT is a PHP value');
    $data = unserialize($event['body']);
    same(['get', 'server', 'cookie'], array_keys($data), 'its parts');
    same(['a' => '1', 'b' => ['2', '3'], 'c_d' => ' z'], $data['get'], 'get');
    same(['s' => '1', 't' => 'a%20b'], $data['cookie'], 'cookie');
    same(['QUERY_STRING', 'REQUEST_METHOD', 'REQUEST_URI', 'SERVER_PROTOCOL', 'SERVER_NAME', 'CONTENT_TYPE', 'REMOTE_ADDR', 'REMOTE_PORT', 'SERVER_PORT'],
        array_slice(array_keys($data['server']), 0, 9), 'server');
    same(['1,2', null, port('PORTICO_WS', $index)], [$data['server']['HTTP_X_A'], $data['server']['CONTENT_TYPE'], $data['server']['SERVER_PORT']], 'some values of server');
    same([3, 70000], [($event = $worker->next())['cmd'], strlen($event['body'])], 'a message over 64 KiB');
    for ($i = 0; $i < 500; $i++) {
        $client->send("m$i");
    }
    for ($i = 0, $ordered = true; $i < 500; $i++) {
        $ordered = $ordered && $worker->next()['body'] === "m$i";
    }
    check($ordered, 'messages keep their order');
    $worker->send(packet(7, $connection, 'bye'));
    same('bye', $client->receive(), 'KICK');
    same(4, $worker->next()['cmd'], 'ON_CLOSE after KICK');
    fclose($client->socket);
}

// PING; the test sets its period to a second.
same([201, 28, 0, 0, 0], [($event = $workers[0]->next(true))['cmd'], $event['length'], $event['connection'], $event['local_ip'], $event['gateway_port']], 'PING');

// Routing: a second worker takes the clients of the first when it goes, and new ones go where there are fewer.
$other = new Worker($gateways[0], 'events:1');
usleep(200000);
$clients = [];
$seen = [0, 0];
for ($i = 0; $i < 10; $i++) {
    $clients[] = new TextClient(port('PORTICO_TEXT', 0));
    $read = [$workers[0]->socket, $other->socket];
    $none = null;
    do {
        $ready = $read;
        stream_select($ready, $none, $none, 30);
        $which = reset($ready) === $other->socket ? 1 : 0;
        $event = ($which ? $other : $workers[0])->next(true);
    } while ($event['cmd'] === 201);
    $seen[$which]++;
}
check(min($seen) >= 3, 'two workers share the clients', $seen);
fclose($workers[0]->socket);

// What was written to a worker that had just gone is lost (it cannot acknowledge), so each client says it until it is heard.
foreach ($clients as $index => $client) {
    $heard = false;
    for ($try = 0; $try < 60 && !$heard; $try++) {
        $client->send("after $index");
        $ready = [$other->socket];
        // A PING is an event too, and comes every second: it is time to say it again.
        while (!$heard && stream_select($ready, $none, $none, 1) > 0) {
            $event = $other->next(true);
            if ($event['cmd'] === 201) {
                break;
            }
            $heard = $event['cmd'] === 3 && $event['body'] === "after $index";
            $ready = [$other->socket];
        }
    }
    check($heard, "client $index of a worker that went is served by the other");
}

// A worker of the same key takes the place of the old one.
$again = new Worker($gateways[0], 'events:1');
check(ended_soon($other), 'the old connection of a key is closed');
$clients[0]->send('to the new one');
do {
    // What was said once more than needed above comes first.
    $event = $again->next();
} while ($event['cmd'] !== 3 || str_starts_with($event['body'], 'after '));
same('to the new one', $event['body'], 'and the new one serves its clients');

function ended_soon(Worker $worker): bool
{
    try {
        while (true) {
            $worker->next(true);
        }
    } catch (RuntimeException | ErrorException $end) {
        return true;
    }
}

done();
