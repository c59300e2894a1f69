<?php
// A PHP backend of the fault kit: posts each message that a line of standard input holds, and prints its id when it was acknowledged.
while (($line = fgets(STDIN)) !== false) {
    $call = json_decode($line, true);
    $options = ['http' => [
        'method' => 'POST', 'timeout' => 30, 'ignore_errors' => true,
        'header' => "Content-Type: application/x-www-form-urlencoded\r\nX-Api-Key: {$call['key']}\r\n",
        'content' => http_build_query($call['form']),
    ]];
    $answer = @file_get_contents($call['url'], false, stream_context_create($options));
    if ($answer !== false && (json_decode($answer, true)['status'] ?? null) === 1) {
        echo $call['id'], "\n";
        flush();
    }
}
