<?php
// One Register, one Gateway and one BusinessWorker of GatewayWorker in one master process. Run by start.sh.
// php start.php start; GATEWAYWORKER names the folder with vendor/autoload.php, PORT the first of three ports.
use GatewayWorker\BusinessWorker;
use GatewayWorker\Gateway;
use GatewayWorker\Register;
use Workerman\Worker;

require getenv('GATEWAYWORKER') . '/vendor/autoload.php';
require __DIR__ . '/Events.php';

$port = (int) getenv('PORT');
$register = '127.0.0.1:' . ($port + 1);
Worker::$pidFile = getenv('STATE') . '/pid';
Worker::$logFile = getenv('STATE') . '/log';

new Register('text://' . $register);

$gateway = new Gateway("websocket://127.0.0.1:$port");
$gateway->name = 'Gateway';
$gateway->count = 1;
$gateway->lanIp = '127.0.0.1';
$gateway->startPort = $port + 2;
$gateway->registerAddress = $register;
$gateway->onWorkerStart = fn() => file_put_contents(getenv('STATE') . '/gateway', getmypid());

$worker = new BusinessWorker();
$worker->name = 'BusinessWorker';
$worker->count = 1;
$worker->registerAddress = $register;
$worker->eventHandler = 'Events';
$worker->onWorkerStart = fn() => file_put_contents(getenv('STATE') . '/worker', getmypid());

Worker::runAll();
