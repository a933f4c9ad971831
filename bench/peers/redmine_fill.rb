# Projects and issues for Redmine through its own library, its REST interface on and its mail off. Reads lines
# "unit <blank> JSON" of bench/bodies; the issues whose number is no multiple of every are closed.
#
#   rails runner redmine_fill.rb ORDERS EVERY < bodies
#
# Prints one line of JSON: the administrator's key, the numbers of projects, tracker, priority and states.
require 'json'

orders, every = ARGV.map(&:to_i)
Setting.rest_api_enabled = '1'
Setting.notified_events = []
Setting.sequential_project_identifiers = '0'
ActionMailer::Base.perform_deliveries = false

admin = User.find_by(login: 'admin')
admin.update!(must_change_passwd: false, mail_notification: 'none')
User.current = admin
tracker = Tracker.first
priority = IssuePriority.default || IssuePriority.first
fresh = tracker.default_status
working = IssueStatus.where(is_closed: false).where.not(id: fresh.id).first
closed = IssueStatus.find_by(is_closed: true)
projects = {}
made = 0
$stdin.each_line do |line|
  unit, json = line.split(' ', 2)
  projects[unit] ||= Project.create!(name: "unit-#{unit}", identifier: "unit-#{unit}", is_public: true,
                                     trackers: [tracker], enabled_module_names: ['issue_tracking'])
  next if made >= orders
  made += 1
  order = JSON.parse(json)
  caller = order['caller']
  issue = Issue.create!(project: projects[unit], tracker: tracker, author: admin, priority: priority, subject: order['title'],
                        description: "#{order['text']}\n#{order['address']}\n#{caller.values_at('name', 'phone', 'door').join(' ')}")
  next if (made % every).zero?
  issue.reload.init_journal(admin)
  issue.status = closed
  issue.save!
end
puts JSON.generate(key: admin.api_key, projects: projects.transform_values(&:id), tracker: tracker.id, priority: priority.id,
                   fresh: fresh.id, working: working.id)
