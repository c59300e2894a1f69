<?php
// What businessworker/Events/PlaygroundEvents.cs does, in PHP: echoes what is not JSON, and does what bind, join, send, broadcast and group say.
use GatewayWorker\Lib\Gateway;

class Events
{
    public static function onMessage($client_id, $message)
    {
        $said = ($message[0] ?? '') === '{' ? json_decode($message, true) : null;
        switch ($said['type'] ?? '') {
            case 'handshake':
                return Gateway::sendToCurrentClient('{"type":"handshake","client_id":"' . $client_id . '"}');
            case 'bind':
                Gateway::bindUid($client_id, $said['uid']);
                return Gateway::sendToCurrentClient('{"type":"bind","ok":1}');
            case 'join':
                Gateway::joinGroup($client_id, $said['group']);
                return Gateway::sendToCurrentClient('{"type":"join","ok":1}');
            case 'send':
                return Gateway::sendToUid($said['toClientUid'], '{"type":"reception","content":' . json_encode($said['content']) . '}');
            case 'broadcast':
                return Gateway::sendToAll('{"type":"broadcast","content":' . json_encode($said['content']) . '}');
            case 'group':
                return Gateway::sendToGroup($said['group'], '{"type":"group","content":' . json_encode($said['content']) . '}');
            default:
                return Gateway::sendToCurrentClient($message);
        }
    }
}
