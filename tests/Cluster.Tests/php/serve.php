<?php
// A PHP worker on every gateway that answers each message with "php " and the message, until it is ended or a gateway ends.

require __DIR__ . '/wire.php';

$sockets = [];
foreach (addresses() as $gateway) {
    $worker = new Worker($gateway, 'serve:0');
    $sockets[(int)$worker->socket] = $worker;
}

echo "ready\n";
while (true) {
    $ready = array_map(fn ($worker) => $worker->socket, $sockets);
    $none = null;
    if (stream_select($ready, $none, $none, null) > 0) {
        foreach ($ready as $socket) {
            $worker = $sockets[(int)$socket];
            $event = $worker->next(true);
            if ($event['cmd'] === 3) {
                $worker->send(packet(5, $event['connection'], 'php ' . $event['body']));
            }
        }
    }
}
