#!/usr/bin/perl
# Queues and tickets for Request Tracker through its own library, and its mail off. Reads lines "unit <blank> JSON" of
# bench/bodies; the tickets whose number is no multiple of EVERY are resolved.
#
#   rt_fill.pl ORDERS EVERY < bodies        prints the queues' names, one a line
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib', '/usr/local/share/request-tracker5/lib';
use JSON;
use RT;

RT::LoadConfig();
RT::Init();
my ($orders, $every) = @ARGV;

# What sends mail is switched off as an administrator does it; the rest of the scrips stays.
my $scrips = RT::Scrips->new(RT->SystemUser);
$scrips->UnLimit;
while (my $scrip = $scrips->Next) {
    my $action = $scrip->ActionObj->ExecModule // '';
    next unless $action =~ /^(Notify|Autoreply|SendForward|ForwardedTo)/;
    my ($ok, $said) = $scrip->SetDisabled(1);
    die "scrip: $said" unless $ok;
}

my %queue;
my $n = 0;
while (my $line = <STDIN>) {
    my ($unit, $json) = split / /, $line, 2;
    if (!$queue{$unit}) {
        $queue{$unit} = RT::Queue->new(RT->SystemUser);
        my ($ok, $said) = $queue{$unit}->Create(Name => "unit-$unit");
        die "queue: $said" unless $ok;
        print "unit-$unit\n";
    }
    next if $n >= $orders;
    my $order = decode_json($json);
    my $mime = MIME::Entity->build(Type => 'text/plain', Charset => 'UTF-8',
        Data => [Encode::encode('UTF-8', "$order->{text}\n$order->{address}\n$order->{caller}{name} $order->{caller}{phone} $order->{caller}{door}")]);
    my $ticket = RT::Ticket->new(RT->SystemUser);
    my ($id, undef, $said) = $ticket->Create(Queue => $queue{$unit}->id, Subject => $order->{title}, MIMEObj => $mime);
    die "ticket: $said" unless $id;
    if (++$n % $every) {
        my ($ok, $why) = $ticket->SetStatus('resolved');
        die "status: $why" unless $ok;
    }
}
